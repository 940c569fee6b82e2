import type { CrdKind } from '../kubernetes/crd.ts';

/**
 * The CRD kinds that only Calico 3.0 reads, which the documented downgrade deletes before another upgrade is tried
 * (components-upgrade reference, section 7). The kinds that 3.0 shares with 2.6 are not among them.
 */
export const V3_ONLY_KINDS: readonly CrdKind[] = [
  v3Kind('FelixConfiguration', 'felixconfigurations', false),
  v3Kind('BGPConfiguration', 'bgpconfigurations', false),
  v3Kind('ClusterInformation', 'clusterinformations', false),
  v3Kind('NetworkPolicy', 'networkpolicies', true),
];

function v3Kind(kind: string, plural: string, namespaced: boolean): CrdKind {
  return {
    group: 'crd.projectcalico.org',
    version: 'v1',
    plural,
    kind,
    singular: kind.toLowerCase(),
    namespaced,
  };
}
