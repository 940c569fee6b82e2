import { Command, InvalidArgumentError } from 'commander';
import { addStoreOptions, type StoreOptions } from '../lib/run/etcd-store-options.ts';
import { addCommonOptions, option, switchOption } from '../lib/run/options.ts';
import { reportDirectory } from '../lib/run/report-directory.ts';

export interface CleanV3Options extends StoreOptions {
  readonly confirm: boolean;
}

export interface CleanV1Options extends CleanV3Options {
  readonly ignoreV1Changes: boolean;
  readonly watchSeconds: number;
}

/** As long as CNI calls get to end when Calico is paused (conversion reference, section 9). */
const WATCH_SECONDS = 15;

/** The command line of `etcd-cleaner`, with its commands. */
export function etcdCleanerCommand(): Command {
  return new Command('etcd-cleaner')
    .description('delete data that nobody needs any more from etcd')
    .addCommand(v1Command())
    .addCommand(
      command('v3', 'delete from etcd v3 what a migration wrote that did not come to its end', 'none'),
    );
}

function v1Command(): Command {
  return command('v1', 'save the data of Calico 2.6, then delete it from etcd v2', defaultBackup())
    .addOption(
      switchOption('ignore-v1-changes', 'go on although v1 data that changed after the copy is not in v3'),
    )
    .addOption(
      option('--watch-seconds <seconds>', 'how long v1 has to stay unchanged before anything is deleted')
        .argParser(parseWait)
        .default(WATCH_SECONDS),
    );
}

function command(name: string, description: string, backup: string): Command {
  return addStoreOptions(addCommonOptions(new Command(name).description(description), { backup })).addOption(
    switchOption('confirm', 'delete; without it, only say what would be deleted'),
  );
}

/** Outside a pod there may be no API server for ConfigMaps. */
function defaultBackup(): string {
  const directory = reportDirectory(undefined, process.env);
  return directory === undefined ? 'configmap' : `./${directory}`;
}

function parseWait(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError('Expected a number of seconds, 0 or more.');
  return seconds;
}
