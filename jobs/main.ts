#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type BackupOptions, backupCommand } from './backup/options.ts';
import { EXIT_CODES, Failure } from './lib/run/failure.ts';
import { createLog, type Log } from './lib/run/log.ts';
import { type CommonOptions, dropEmptyVariables } from './lib/run/options.ts';
import { podFacts } from './lib/run/pod.ts';
import { usageMessage, writeTerminationMessage } from './lib/run/termination.ts';
import { type RestoreOptions, restoreCommand } from './restore/options.ts';
import { type TprToCrdOptions, tprToCrdCommand } from './tpr-to-crd/options.ts';

/** Runs one job and returns its exit code. Modules that cost start-up time are loaded after the first log line. */
async function main(argv: readonly string[]): Promise<number> {
  dropEmptyVariables(process.env);
  let exitCode = 0;
  const program = new Command('calico-upgrade')
    .description('Carries a Calico network across its upgrades, a job at a time')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(--help shows every option)');
  const add = <O extends CommonOptions>(
    command: Command,
    run: (options: O, log: Log) => Promise<number>,
  ): void => {
    command.exitOverride().action(async (options: O) => {
      const log = createLog({
        format: options.logFormat,
        level: options.logLevel,
        secrets: [process.env.CALICO_UPGRADE_ETCD_PASSWORD ?? ''],
      });
      log.info(
        { stage: 'start' },
        `calico-upgrade ${packageJson.version} ${command.name()}${options.dryRun ? ', dry run: nothing will be changed' : ''}`,
      );
      exitCode = await run(options, log);
    });
    program.addCommand(command);
  };
  add<TprToCrdOptions>(tprToCrdCommand(), async (options, log) =>
    (await import('./tpr-to-crd/job.ts')).tprToCrd(options, log),
  );
  add<BackupOptions>(backupCommand(), async (options, log) =>
    (await import('./backup/job.ts')).backup(options, log),
  );
  add<RestoreOptions>(restoreCommand(), async (options, log) =>
    (await import('./restore/job.ts')).restore(options, log),
  );
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
    if (error instanceof Failure) {
      process.stderr.write(`error: ${error.message}\n`);
      return EXIT_CODES[error.outcome];
    }
    throw error;
  }
}

process.exitCode = await main(process.argv);
