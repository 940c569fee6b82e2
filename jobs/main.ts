#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=25
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type BackupOptions, backupCommand } from './backup/options.ts';
import { type ConvertOptions, convertCommand } from './convert/options.ts';
import type { CleanV1Options, CleanV3Options } from './etcd-cleaner/options.ts';
import { etcdCleanerCommand } from './etcd-cleaner/options.ts';
import type { AbortOptions, CompleteOptions, StartOptions, StatusOptions } from './etcd-v2-to-v3/options.ts';
import { etcdV2ToV3Command } from './etcd-v2-to-v3/options.ts';
import { type KddCleanerOptions, kddCleanerCommand, kddV3Command } from './kdd-cleaner/options.ts';
import { type KddOptions, kddV1ToV3Command } from './kdd-v1-to-v3/options.ts';
import { environmentSecrets } from './lib/calico/api-environment.ts';
import type { StoreOptions } from './lib/run/etcd-store-options.ts';
import { EXIT_CODES, Failure } from './lib/run/failure.ts';
import { createLog, type LineSink, type Log } from './lib/run/log.ts';
import { type CommonOptions, dropEmptyVariables } from './lib/run/options.ts';
import { podFacts } from './lib/run/pod.ts';
import { usageMessage, writeTerminationMessage } from './lib/run/termination.ts';
import { type PolicyConverterOptions, policyConverterCommand } from './policy-converter/options.ts';
import { type PreflightOptions, preflightCommand } from './preflight/options.ts';
import { type RestoreOptions, restoreCommand } from './restore/options.ts';
import { statusCommand, type StatusOptions as UpgradeStatusOptions } from './status/options.ts';
import { type TprCleanerOptions, tprCleanerCommand } from './tpr-cleaner/options.ts';
import { type TprToCrdOptions, tprToCrdCommand } from './tpr-to-crd/options.ts';

type Load<O> = () => Promise<(options: O, log: Log) => Promise<number>>;

/** The program; `ended` is given the exit code of the job that ran. */
function makeProgram(ended: (exitCode: number) => void): Command {
  const program = new Command('calico-upgrade')
    .description('Carries a Calico network across its upgrades, a job at a time')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(--help shows every option)');
  const prepare: Prepare = (command, load, openLog = startLog) =>
    command.exitOverride().action(async (...all) => {
      const given = all.at(-2); // after the arguments, and before the command
      const options = command.name() === 'dry-run' ? { ...given, dryRun: true } : given;
      const log = openLog(fullName(command), options);
      // Loaded after the first log line: these modules cost start-up time.
      const run = await load();
      ended(await run(options, log));
    });
  const add = <O extends CommonOptions>(command: Command, load: Load<O>): void => {
    program.addCommand(prepare(command, load));
  };
  add<PreflightOptions>(preflightCommand(), async () => (await import('./preflight/job.ts')).preflight);
  add<TprToCrdOptions>(tprToCrdCommand(), async () => (await import('./tpr-to-crd/job.ts')).tprToCrd);
  add<BackupOptions>(backupCommand(), async () => (await import('./backup/job.ts')).backup);
  add<RestoreOptions>(restoreCommand(), async () => (await import('./restore/job.ts')).restore);
  add<PolicyConverterOptions>(
    policyConverterCommand(),
    async () => (await import('./policy-converter/job.ts')).policyConverter,
  );
  add<TprCleanerOptions>(tprCleanerCommand(), async () => (await import('./tpr-cleaner/job.ts')).tprCleaner);
  const kddV3Cleaner = async () => (await import('./kdd-cleaner/job.ts')).kddV3Cleaner;
  program.addCommand(
    kddCleanerCommand().exitOverride().addCommand(prepare<KddCleanerOptions>(kddV3Command(), kddV3Cleaner)),
  );
  add<KddOptions>(kddV1ToV3Command(), async () => (await import('./kdd-v1-to-v3/job.ts')).kddV1ToV3);
  program.addCommand(etcdCommands(prepare));
  program.addCommand(cleanerCommands(prepare));
  const convert = async () => (await import('./convert/convert.ts')).convert;
  program.addCommand(prepare<ConvertOptions>(convertCommand(), convert, errorLog));
  const status = async () => (await import('./status/status.ts')).status;
  program.addCommand(prepare<UpgradeStatusOptions>(statusCommand(), status, errorLog));
  return program;
}

/** Says what a command runs, once it is chosen. */
type Prepare = <O extends LogChoice>(command: Command, load: Load<O>, openLog?: OpenLog) => Command;

type LogChoice = Pick<CommonOptions, 'logFormat' | 'logLevel'>;

type OpenLog = (job: string, options: LogChoice & Partial<CommonOptions>) => Log;

/** `etcd-v2-to-v3` with what each of its commands runs. */
function etcdCommands(prepare: Prepare): Command {
  const group = etcdV2ToV3Command().exitOverride();
  const named = (name: string): Command => commandOf(group, name);
  const start = async () => (await import('./etcd-v2-to-v3/start.ts')).start;
  prepare<StartOptions>(named('dry-run'), start);
  prepare<StartOptions>(named('start'), start);
  const complete = async () => (await import('./etcd-v2-to-v3/complete.ts')).complete;
  prepare<CompleteOptions>(named('complete'), complete);
  prepare<AbortOptions>(named('abort'), async () => (await import('./etcd-v2-to-v3/abort.ts')).abort);
  const questions = () => import('./etcd-v2-to-v3/questions.ts');
  prepare<StatusOptions>(named('status'), async () => (await questions()).status, quietLog);
  prepare<StoreOptions>(named('needed'), async () => (await questions()).needed, quietLog);
  prepare<StoreOptions>(named('inprogress'), async () => (await questions()).inProgress, quietLog);
  return group;
}

/** `etcd-cleaner` with what each of its commands runs. */
function cleanerCommands(prepare: Prepare): Command {
  const group = etcdCleanerCommand().exitOverride();
  prepare<CleanV1Options>(commandOf(group, 'v1'), async () => (await import('./etcd-cleaner/v1.ts')).cleanV1);
  prepare<CleanV3Options>(commandOf(group, 'v3'), async () => (await import('./etcd-cleaner/v3.ts')).cleanV3);
  return group;
}

function commandOf(group: Command, name: string): Command {
  const command = group.commands.find(one => one.name() === name);
  if (!command) throw new RangeError(`${group.name()} has no command ${name}`);
  return command;
}

/** `etcd-v2-to-v3 start`: a command with those that it belongs to, but for the program. */
function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name();
}

function openLog({ logFormat, logLevel }: LogChoice, sink?: LineSink): Log {
  const secrets = [process.env.CALICO_UPGRADE_ETCD_PASSWORD ?? '', ...environmentSecrets(process.env)];
  return createLog({ format: logFormat, level: logLevel, secrets }, sink);
}

function startLog(job: string, options: LogChoice & Partial<CommonOptions>): Log {
  const log = openLog(options);
  const dry = options.dryRun ? ', dry run: nothing will be changed' : '';
  log.info({ stage: 'start' }, `calico-upgrade ${packageJson.version} ${job}${dry}`);
  return log;
}

/** For commands whose output is an answer: only what goes wrong is logged beside it. */
const quietLog = (_job: string, options: LogChoice): Log => openLog({ ...options, logLevel: 'error' });

/** For commands whose result goes to standard output. */
const errorLog = (_job: string, options: LogChoice): Log => openLog(options, process.stderr);

/** Runs one job and returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  dropEmptyVariables(process.env);
  let exitCode: number = EXIT_CODES.done;
  const program = makeProgram(code => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_CODES.done;
      // The text was shown on stderr already; `kubectl describe pod` shows it from here.
      const { terminationLog } = await podFacts(process.env);
      await writeTerminationMessage(terminationLog, usageMessage(argv[2] ?? '', error.message));
      return EXIT_CODES.usage;
    }
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return EXIT_CODES[error.outcome];
  }
}

// What a library deprecates is nothing that an operator can act on.
process.noDeprecation = true;
process.exitCode = await main(process.argv);
