#!/usr/bin/env -S node --optimize-for-size --max-semi-space-size=4
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type BackupOptions, backupCommand } from './backup/options.ts';
import { type KddCleanerOptions, kddCleanerCommand, kddV3Command } from './kdd-cleaner/options.ts';
import { EXIT_CODES, Failure } from './lib/run/failure.ts';
import { createLog, type Log } from './lib/run/log.ts';
import { type CommonOptions, dropEmptyVariables } from './lib/run/options.ts';
import { podFacts } from './lib/run/pod.ts';
import { usageMessage, writeTerminationMessage } from './lib/run/termination.ts';
import { type RestoreOptions, restoreCommand } from './restore/options.ts';
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
  const add = <O extends CommonOptions>(command: Command, load: Load<O>, parent = program): void => {
    command.exitOverride().action(async (options: O) => {
      const log = startLog(nameOf(command), options);
      // Loaded after the first log line: these modules cost start-up time.
      const run = await load();
      ended(await run(options, log));
    });
    parent.addCommand(command);
  };
  add<TprToCrdOptions>(tprToCrdCommand(), async () => (await import('./tpr-to-crd/job.ts')).tprToCrd);
  add<BackupOptions>(backupCommand(), async () => (await import('./backup/job.ts')).backup);
  add<RestoreOptions>(restoreCommand(), async () => (await import('./restore/job.ts')).restore);
  add<TprCleanerOptions>(tprCleanerCommand(), async () => (await import('./tpr-cleaner/job.ts')).tprCleaner);
  const kddCleaner = kddCleanerCommand().exitOverride();
  add<KddCleanerOptions>(
    kddV3Command(),
    async () => (await import('./kdd-cleaner/job.ts')).kddV3Cleaner,
    kddCleaner,
  );
  program.addCommand(kddCleaner);
  return program;
}

/** `tpr-to-crd`, `kdd-cleaner v3`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name();
}

function startLog(job: string, { logFormat, logLevel, dryRun }: CommonOptions): Log {
  const secrets = [process.env.CALICO_UPGRADE_ETCD_PASSWORD ?? ''];
  const log = createLog({ format: logFormat, level: logLevel, secrets });
  const dry = dryRun ? ', dry run: nothing will be changed' : '';
  log.info({ stage: 'start' }, `calico-upgrade ${packageJson.version} ${job}${dry}`);
  return log;
}

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
