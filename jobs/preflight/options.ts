import { Command, InvalidArgumentError } from 'commander';
import { calicoRelease } from '../lib/calico/calico-version.ts';
import { addCommonOptions, type CommonOptions, option } from '../lib/run/options.ts';

export interface PreflightOptions extends CommonOptions {
  /** The release to go to, such as `2.6.12`. */
  readonly target?: string;
  /** The release that runs, where nothing in the cluster tells it. */
  readonly from?: string;
}

/** The command line of `preflight`. */
export function preflightCommand(): Command {
  const command = new Command('preflight').description(
    'say what runs now, and which steps an upgrade of Calico needs, each with its reason; changes nothing',
  );
  return addCommonOptions(command, { backup: 'none' })
    .addOption(option('--target <version>', 'the release to go to, such as v2.6.12').argParser(parseRelease))
    .addOption(
      option('--from <version>', 'the release that runs, where no image tag tells it').argParser(
        parseRelease,
      ),
    );
}

/** A release as people write it: `v2.6.12`, `2.6.12`. */
function parseRelease(text: string): string {
  const release = calicoRelease(text);
  if (release === undefined) throw new InvalidArgumentError('Expected a release of Calico, such as v2.6.12.');
  return release;
}
