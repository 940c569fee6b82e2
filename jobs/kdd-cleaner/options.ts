import { Command } from 'commander';
import { type ConfirmOptions, confirmOption } from '../lib/run/confirm.ts';
import { addCommonOptions, option, parseList, parseSeconds } from '../lib/run/options.ts';

export interface KddCleanerOptions extends ConfirmOptions {
  /** Seconds from the deletion of a CRD until it has to be gone. */
  readonly wait: number;
  /** Images of calico-node that a person vouches for. */
  readonly nodeImage: readonly string[];
}

/** The command line of `kdd-cleaner`; its only command is `v3`. */
export function kddCleanerCommand(): Command {
  return new Command('kdd-cleaner').description(
    'clean up a Kubernetes datastore after a downgrade; its command says of what',
  );
}

/** The command line of `kdd-cleaner v3`. */
export function kddV3Command(): Command {
  const command = new Command('v3').description(
    'remove the four CustomResourceDefinitions that only Calico 3.0 reads, after a downgrade from it',
  );
  return addCommonOptions(command)
    .addOption(confirmOption())
    .addOption(
      option('--wait <seconds>', 'how long the API server may take to remove a definition with its objects')
        .argParser(parseSeconds)
        .default(120),
    )
    .addOption(
      option(
        '--node-image <images>',
        'images of calico-node that are 2.5 or 2.6 although their tags do not tell, as the pods name them',
      )
        .argParser(parseList)
        .default([]),
    );
}
