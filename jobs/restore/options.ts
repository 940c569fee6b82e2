import { Command } from 'commander';
import type { OnConflict } from '../lib/calico/existing.ts';
import { addV1StoreOption } from '../lib/run/etcd-store-options.ts';
import {
  addCommonOptions,
  type CommonOptions,
  option,
  parseSeconds,
  switchOption,
} from '../lib/run/options.ts';

export interface RestoreOptions extends CommonOptions {
  /** How to reach etcd v2, for a backup of its keys. */
  readonly apiconfigv1?: string;
  readonly onConflict: OnConflict;
  /** Also puts back the CRD objects that the backup holds. */
  readonly crdObjects: boolean;
  /** Seconds from the definition of a ThirdPartyResource until it is built upon. */
  readonly settle: number;
}

/** The command line of `restore`. `--backup` names the backup to read. */
export function restoreCommand(): Command {
  const command = new Command('restore').description(
    'bring back what a backup holds: --backup NAME of its ConfigMap, or its directory',
  );
  return addV1StoreOption(addCommonOptions(command))
    .addOption(
      switchOption('crd-objects', 'also put back CRD objects, as they were before tpr-to-crd overwrote them'),
    )
    .addOption(
      option(
        '--on-conflict <what>',
        'what to do with objects that differ from the backup: stop, keep them, or overwrite them',
      )
        .choices(['stop', 'keep', 'overwrite'])
        .default('stop'),
    )
    .addOption(
      option(
        '--settle <seconds>',
        'how long to let the API server come to rest after a ThirdPartyResource was defined',
      )
        .argParser(parseSeconds)
        .default(15),
    );
}
