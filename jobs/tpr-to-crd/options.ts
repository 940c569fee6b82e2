import { Command, InvalidArgumentError } from 'commander';
import semver from 'semver';
import type { OnConflict } from '../lib/calico/existing.ts';
import { checkListParser } from '../lib/run/checks.ts';
import { addCommonOptions, type CommonOptions, option, parseList, switchOption } from '../lib/run/options.ts';
import { CHECKS, type CheckName } from './checks.ts';

export interface TprToCrdOptions extends CommonOptions {
  readonly force: readonly CheckName[];
  readonly onConflict: OnConflict;
  readonly skipInvalid: boolean;
  /** The Calico release that will read the CRDs, as semver text. */
  readonly targetVersion: string;
  readonly fromEtcd?: readonly string[];
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdUser?: string;
  readonly etcdPasswordFile?: string;
  readonly etcdPrefix: string;
}

function parseVersion(text: string): string {
  const version = semver.coerce(text);
  if (!version || version.compare('2.5.0') < 0 || version.major > 2) {
    throw new InvalidArgumentError(
      'Expected a Calico release that reads these CRDs: 2.5 or 2.6, for example v2.6.12.',
    );
  }
  return version.version;
}

/** The command line of `tpr-to-crd`. */
export function tprToCrdCommand(): Command {
  const command = new Command('tpr-to-crd').description(
    'copy ThirdPartyResources of Calico 2.4 and earlier to CustomResourceDefinitions of 2.5',
  );
  addCommonOptions(command)
    .addOption(
      option('--force <checks>', `go on although these checks fail: ${CHECKS.join(', ')}`)
        .argParser(checkListParser(CHECKS))
        .default([]),
    )
    .addOption(
      option(
        '--on-conflict <what>',
        'what to do with CRD objects that differ: stop, keep them, or overwrite them',
      )
        .choices(['stop', 'keep', 'overwrite'])
        .default('stop'),
    )
    .addOption(switchOption('skip-invalid', 'go on without the objects that cannot be converted'))
    .addOption(
      option('--target-version <version>', 'Calico release that will run next')
        .argParser(parseVersion)
        .default('2.5.0'),
    );
  return addEtcdOptions(command);
}

function addEtcdOptions(command: Command): Command {
  return command
    .addOption(
      option(
        '--from-etcd <endpoints>',
        "read from the cluster's etcd, where the API server has no ThirdPartyResources any more",
      ).argParser(parseList),
    )
    .addOption(option('--etcd-ca <file>', 'certificate authority of etcd'))
    .addOption(option('--etcd-cert <file>', 'client certificate for etcd'))
    .addOption(option('--etcd-key <file>', 'key of the client certificate'))
    .addOption(
      option(
        '--etcd-user <name>',
        'user for etcd; the password is in CALICO_UPGRADE_ETCD_PASSWORD or the file',
      ),
    )
    .addOption(option('--etcd-password-file <file>', 'file with the password for etcd'))
    .addOption(option('--etcd-prefix <prefix>', "the API server's --etcd-prefix").default('/registry'));
}
