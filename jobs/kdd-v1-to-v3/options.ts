import { Command } from 'commander';
import type { OnConflict } from '../lib/calico/existing.ts';
import { checkListParser } from '../lib/run/checks.ts';
import { addCommonOptions, type CommonOptions, option, switchOption } from '../lib/run/options.ts';
import { CHECKS, type CheckName } from './check-names.ts';

export interface KddOptions extends CommonOptions {
  readonly force: readonly CheckName[];
  readonly onConflict: OnConflict;
  readonly skipInvalid: boolean;
}

/** The command line of `kdd-v1-to-v3`. */
export function kddV1ToV3Command(): Command {
  const command = new Command('kdd-v1-to-v3').description(
    "move a Kubernetes datastore's configuration from Calico 2.6's CRDs to 3.0's resources",
  );
  return addCommonOptions(command)
    .addOption(
      option('--force <checks>', `go on although these checks fail: ${CHECKS.join(', ')}`)
        .argParser(checkListParser(CHECKS))
        .default([]),
    )
    .addOption(
      option(
        '--on-conflict <what>',
        'what to do with objects of 3.0 that differ: stop, keep them, or overwrite them',
      )
        .choices(['stop', 'keep', 'overwrite'])
        .default('stop'),
    )
    .addOption(switchOption('skip-invalid', 'go on without what cannot be converted'));
}
