#!/usr/bin/env -S node --max-semi-space-size=8
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { failureOf } from '../jobs/lib/kubernetes/failures.ts';
import { EXIT_CODES } from '../jobs/lib/run/failure.ts';
import { createLog } from '../jobs/lib/run/log.ts';
import { dropEmptyVariables } from '../jobs/lib/run/options.ts';
import packageJson from '../package.json' with { type: 'json' };
import { type ControllerOptions, controllerCommand } from './options.ts';
import { runController } from './run.ts';

/** In the image the manifests are beside the bundle; in a checkout one directory up. */
const MANIFESTS = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../manifests' : 'manifests',
);

/** Runs the controller; returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  dropEmptyVariables(process.env);
  let options: ControllerOptions | undefined;
  const command = controllerCommand(MANIFESTS)
    .version(packageJson.version)
    .exitOverride()
    .action(given => {
      options = given;
    });
  try {
    command.parse([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  }
  return options ? lead(options) : EXIT_CODES.usage;
}

async function lead(options: ControllerOptions): Promise<number> {
  const log = createLog({ format: options.logFormat, level: options.logLevel });
  log.info({ stage: 'start' }, `calico-upgrade ${packageJson.version} controller`);
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    log.info({ stage: 'end' }, `stopped by ${name}: what is begun is gone on with at the next start`);
    stop.abort(new Error(`stopped by ${name}`));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  try {
    await runController(options, log, stop.signal);
    return EXIT_CODES.done;
  } catch (error) {
    if (stop.signal.aborted) return EXIT_CODES.done;
    const { message, outcome } = failureOf(error);
    log.error({ stage: 'end' }, message);
    return EXIT_CODES[outcome];
  }
}

process.noDeprecation = true;
process.exitCode = await main(process.argv);
