import type { Command } from 'commander';
import type { ApiVersion } from '../calico/api-environment.ts';
import { type CommonOptions, option } from './options.ts';

/** Options of every job that reaches Calico's data in etcd. */
export interface StoreOptions extends CommonOptions {
  /** File that says how to reach the v1 data; without it, the default file if there is one, else the environment. */
  readonly apiconfigv1?: string;
  /** The same for the v3 data. */
  readonly apiconfigv3?: string;
}

/** Where calico-upgrade looks for its files. */
export const DEFAULT_FILES: Readonly<Record<ApiVersion, string>> = {
  v1: '/etc/calico/apiconfigv1.cfg',
  v3: '/etc/calico/apiconfigv3.cfg',
};

/** How to reach the v1 data, in the words of calico-upgrade. */
export function addV1StoreOption(to: Command): Command {
  return to.addOption(
    option('--apiconfigv1 <file>', `how to reach etcd v2; without it ${DEFAULT_FILES.v1}, else APIV1_ETCD_…`),
  );
}

/** How to reach both stores, in the words of calico-upgrade. */
export function addStoreOptions(to: Command): Command {
  return addV1StoreOption(to)
    .addOption(
      option('--apiconfigv3 <file>', `how to reach etcd v3; without it ${DEFAULT_FILES.v3}, else ETCD_…`),
    )
    .addOption(option('--no-prompts', 'accepted and without effect: nothing is ever asked'));
}
