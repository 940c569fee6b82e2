import { Command, InvalidArgumentError } from 'commander';
import { addStoreOptions, type StoreOptions } from '../lib/run/etcd-store-options.ts';
import { addCommonOptions, option, switchOption } from '../lib/run/options.ts';

export interface StartOptions extends StoreOptions {
  readonly ignoreV3Data: boolean;
  readonly skipInvalid: boolean;
  readonly drainSeconds: number;
}

export interface StatusOptions extends StoreOptions {
  readonly json: boolean;
}

export interface AbortOptions extends StoreOptions {
  readonly afterComplete: boolean;
}

export interface CompleteOptions extends StoreOptions {
  readonly ignoreV1Changes: boolean;
}

/** As long as calico-upgrade waits for running CNI calls to end, in seconds (conversion reference, section 9). */
const DRAIN_SECONDS = 15;

/** The command line of `etcd-v2-to-v3`, with its commands. */
export function etcdV2ToV3Command(): Command {
  return new Command('etcd-v2-to-v3')
    .description('move the data of Calico 2.6 in etcd v2 to Calico 3.0 in etcd v3')
    .addCommand(addStartOptions(command('dry-run', 'check and convert everything, change nothing')))
    .addCommand(addStartOptions(command('start', 'copy, pause Calico, copy what changed, verify')))
    .addCommand(statusCommand())
    .addCommand(completeCommand())
    .addCommand(abortCommand())
    .addCommand(
      command('needed', 'exit code 0 where a migration is needed, 1 where not, 2 where it cannot be said'),
    )
    .addCommand(
      command('inprogress', 'exit code 0 where Calico is paused for a migration, 1 where not, 2 as needed'),
    );
}

function command(name: string, description: string): Command {
  return addStoreOptions(addCommonOptions(new Command(name).description(description), { backup: 'none' }));
}

function addStartOptions(to: Command): Command {
  return to
    .addOption(
      switchOption(
        'ignore-v3-data',
        'go on although etcd v3 has data below /calico/; what differs is overwritten',
      ),
    )
    .addOption(switchOption('skip-invalid', 'go on without the objects that cannot be converted'))
    .addOption(
      option('--drain-seconds <seconds>', 'how long running CNI calls get to end once Calico is paused')
        .argParser(parseWait)
        .default(DRAIN_SECONDS),
    );
}

function statusCommand(): Command {
  return command('status', 'say where the migration stands').addOption(
    switchOption('json', 'print one JSON object instead of sentences'),
  );
}

function completeCommand(): Command {
  return command('complete', 'let Calico 3.0 begin to work, after a finished start').addOption(
    switchOption('ignore-v1-changes', 'go on although the v1 data changed after it was copied'),
  );
}

function abortCommand(): Command {
  return command('abort', 'let Calico 2.6 go on, and remove from etcd v3 what the migration wrote').addOption(
    switchOption(
      'after-complete',
      'go back from a complete migration: v3 is set not ready, its data is left',
    ),
  );
}

function parseWait(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError('Expected a number of seconds, 0 or more.');
  return seconds;
}
