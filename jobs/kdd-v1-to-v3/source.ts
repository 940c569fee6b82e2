import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_BGP_CONFIGS,
  GLOBAL_FELIX_CONFIGS,
  GLOBAL_NETWORK_POLICIES,
} from '../lib/calico/crd-kinds.ts';
import type { ExistingObjects } from '../lib/calico/kdd/existing.ts';
import { type KddSource, nodeWithBgp } from '../lib/calico/kdd/source.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';

/** All that is read of Calico's data, as it is now. */
export interface KddState {
  readonly source: KddSource;
  readonly existing: ExistingObjects;
}

const TARGETS = [FELIX_CONFIGURATIONS, BGP_CONFIGURATIONS, CLUSTER_INFORMATIONS, BGP_PEERS];

/** Reads the data. A kind that is not defined has no objects; any other error is thrown. */
export async function readState(client: KubeClient): Promise<KddState> {
  const [felix, bgp, nodes, policies, targets] = await Promise.all([
    list(client, GLOBAL_FELIX_CONFIGS),
    list(client, GLOBAL_BGP_CONFIGS),
    list(client, NODES, { pick: nodeWithBgp }),
    list(client, GLOBAL_NETWORK_POLICIES),
    Promise.all(TARGETS.map(crd => list(client, crd))),
  ]);
  const withBgp = (nodes ?? []).filter(({ metadata }) => Object.keys(metadata.annotations ?? {}).length > 0);
  return {
    source: { felix: felix ?? [], bgp: bgp ?? [], nodes: withBgp, policies: policies ?? [] },
    existing: new Map([
      ...TARGETS.map((crd, index) => [crd.plural, targets[index]] as const),
      [GLOBAL_NETWORK_POLICIES.plural, policies] as const,
    ]),
  };
}
