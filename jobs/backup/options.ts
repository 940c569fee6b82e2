import { Command } from 'commander';
import { addCommonOptions, type CommonOptions } from '../lib/run/options.ts';

export type BackupOptions = CommonOptions;

/** The command line of `backup`. */
export function backupCommand(): Command {
  return addCommonOptions(
    new Command('backup').description(
      'save everything that the other jobs may change, as calicoctl 1.4, kubectl and restore read it',
    ),
  );
}
