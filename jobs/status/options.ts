import { Command, Option } from 'commander';
import { addLogOptions, type CommonOptions } from '../lib/run/options.ts';

export interface StatusOptions extends Pick<CommonOptions, 'logFormat' | 'logLevel'> {
  /** One CalicoUpgrade; all of them without it. */
  readonly name?: string;
  readonly watch: boolean;
}

/** The command line of `status`. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('say how far the upgrades of the controller are; changes nothing')
    .argument('[name]', 'a CalicoUpgrade; without it, all of them')
    .hook('preAction', ({ args: [name] }, action) => {
      action.setOptionValue('name', name);
    })
    // Without a value, which could be a name.
    .addOption(
      new Option('--watch', 'say it again with each change, until every upgrade is at its end').default(
        false,
      ),
    );
  return addLogOptions(command);
}
