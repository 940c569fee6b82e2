import { Command } from 'commander';
import { checkListParser } from '../lib/run/checks.ts';
import { addCommonOptions, type CommonOptions, option, switchOption } from '../lib/run/options.ts';
import { CHECKS, type CheckName } from './checks.ts';

export interface PolicyConverterOptions extends CommonOptions {
  /** Undoes a conversion. */
  readonly revert: boolean;
  /** What to do, when reverting, with policies that are not as the conversion left them. */
  readonly onConflict: 'stop' | 'keep';
  readonly force: readonly CheckName[];
}

/** The command line of `policy-converter`. */
export function policyConverterCommand(): Command {
  const command = new Command('policy-converter').description(
    'keep what NetworkPolicies do across the change to v1 semantics: Calico 2.3 on the Kubernetes datastore, 2.4 on etcd',
  );
  return addCommonOptions(command)
    .addOption(
      switchOption('revert', 'undo a conversion: bring deleted policies back, delete what was created'),
    )
    .addOption(
      option(
        '--on-conflict <what>',
        'with --revert, what to do where somebody changed a policy since: stop, or keep it as it is',
      )
        .choices(['stop', 'keep'])
        .default('stop'),
    )
    .addOption(
      option('--force <checks>', `go on although these checks fail: ${CHECKS.join(', ')}`)
        .argParser(checkListParser(CHECKS))
        .default([]),
    );
}
