import { Command } from 'commander';
import { type ConfirmOptions, confirmOption } from '../lib/run/confirm.ts';
import { addCommonOptions, option, parseList, parseSeconds, switchOption } from '../lib/run/options.ts';

export interface TprCleanerOptions extends ConfirmOptions {
  /** Removes what we have left in the cluster ourselves, in the place of Calico's old data. */
  readonly own: boolean;
  /** Seconds from the deletion of the last ThirdPartyResource of a group until its objects have to be gone. */
  readonly wait: number;
  /** Images of calico-node that a person vouches for. */
  readonly nodeImage: readonly string[];
}

/** The command line of `tpr-cleaner`. */
export function tprCleanerCommand(): Command {
  const command = new Command('tpr-cleaner').description(
    'delete the ThirdPartyResources of a cluster that runs on CustomResourceDefinitions, once each object is proved to have its equal copy',
  );
  return addCommonOptions(command)
    .addOption(confirmOption())
    .addOption(
      switchOption('own', 'remove our own ConfigMaps, service accounts, roles and Jobs of finished upgrades'),
    )
    .addOption(
      option('--wait <seconds>', 'how long the API server may take to remove the old objects')
        .argParser(parseSeconds)
        .default(120),
    )
    .addOption(
      option(
        '--node-image <images>',
        'images of calico-node that are 2.5 or later although their tags do not tell, as the pods name them',
      )
        .argParser(parseList)
        .default([]),
    );
}
