import type { CrdKind } from '../kubernetes/crd.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { TPR_KINDS } from './tpr-kinds.ts';

const crdKind = (kind: string, plural: string, namespaced = false): CrdKind => ({
  group: 'crd.projectcalico.org',
  version: 'v1',
  plural,
  kind,
  singular: kind.toLowerCase(),
  namespaced,
});

/** Settings of Felix in Calico 2.5 and 2.6, an object each. */
export const GLOBAL_FELIX_CONFIGS = crdKind('GlobalFelixConfig', 'globalfelixconfigs');
/** BGP settings of Calico 2.5 and 2.6, an object each. */
export const GLOBAL_BGP_CONFIGS = crdKind('GlobalBGPConfig', 'globalbgpconfigs');
export const IP_POOLS = crdKind('IPPool', 'ippools');
export const BGP_PEERS = crdKind('BGPPeer', 'bgppeers');
export const GLOBAL_NETWORK_POLICIES = crdKind('GlobalNetworkPolicy', 'globalnetworkpolicies');
export const FELIX_CONFIGURATIONS = crdKind('FelixConfiguration', 'felixconfigurations');
export const BGP_CONFIGURATIONS = crdKind('BGPConfiguration', 'bgpconfigurations');
export const CLUSTER_INFORMATIONS = crdKind('ClusterInformation', 'clusterinformations');
export const NETWORK_POLICIES = crdKind('NetworkPolicy', 'networkpolicies', true);

/** The kinds that came with Calico 3.0 (etcd v3 model reference, section 6). */
export const NEW_IN_3_0: readonly CrdKind[] = [
  FELIX_CONFIGURATIONS,
  BGP_CONFIGURATIONS,
  CLUSTER_INFORMATIONS,
  NETWORK_POLICIES,
];

/** All kinds that Calico 3.0 reads. */
export const KINDS_OF_3_0: readonly CrdKind[] = [...NEW_IN_3_0, BGP_PEERS, IP_POOLS, GLOBAL_NETWORK_POLICIES];

/** All kinds of Calico from 2.5 to 3.0, those of 2.5 first. */
export const CRD_KINDS: readonly CrdKind[] = [...TPR_KINDS.map(({ crd }) => crd), ...NEW_IN_3_0];

/** The kinds that some objects are of. */
export function kindsOf(objects: readonly KubeObject[]): readonly CrdKind[] {
  const names = new Set(objects.map(({ kind }) => kind));
  return CRD_KINDS.filter(({ kind }) => names.has(kind));
}
