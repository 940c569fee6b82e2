import { Command, InvalidArgumentError } from 'commander';
import { addLogOptions, type CommonOptions, option } from '../jobs/lib/run/options.ts';
import { LEASE_SECONDS } from './lock/record.ts';

export interface ControllerOptions extends Pick<CommonOptions, 'logFormat' | 'logLevel'> {
  readonly namespace: string;
  /** The node that it is on, which is replaced last. */
  readonly nodeName?: string;
  /** For people who look at the lock. */
  readonly identity: string;
  readonly port: number;
  readonly manifests: string;
  /** How long the lock of a controller that was killed stays; it is renewed three times in this time. */
  readonly leaseSeconds: number;
}

/** The command line of the controller; each option has an environment variable, which its manifest sets. */
export function controllerCommand(manifests: string): Command {
  const command = new Command('calico-upgrade-controller').description(
    'Carries a Calico network across its upgrades, as CalicoUpgrade objects say',
  );
  return addLogOptions(command)
    .addOption(option('--namespace <name>', 'its own namespace').default('calico-upgrade'))
    .addOption(option('--node-name <name>', 'the node that it is on, which is replaced last'))
    .addOption(
      option('--identity <name>', 'how it is named in its lock: the name of its pod').default(
        'calico-upgrade-controller',
      ),
    )
    .addOption(
      option('--port <number>', 'of /healthz, /readyz and /metrics').argParser(parsePort).default(9797),
    )
    .addOption(option('--manifests <dir>', 'where the manifests of the jobs are').default(manifests))
    .addOption(
      option(
        '--lease-seconds <seconds>',
        'how long the lock of a controller that was killed stays, before the next one goes on',
      )
        .argParser(parseLease)
        .default(15),
    );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Expected a port from 0 (any that is free) to 65535.');
  return port;
}

function parseLease(text: string): number {
  const seconds = Number(text);
  const { least, most } = LEASE_SECONDS;
  // Also what is no number at all.
  if (!(seconds >= least && seconds <= most))
    throw new InvalidArgumentError(`Expected a number of seconds from ${least} to ${most}.`);
  return seconds;
}
