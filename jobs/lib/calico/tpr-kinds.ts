import type { Resource } from '../kubernetes/resource.ts';

/** A kind that Calico up to 2.4 keeps in a ThirdPartyResource, and the CRD kind that 2.5 reads instead. */
export interface TprKind {
  /** Name of the ThirdPartyResource object. */
  readonly tprName: string;
  readonly description: string;
  /** The instances. Always namespaced; Calico uses kube-system only. */
  readonly tpr: Resource;
  /** The plural under which Kubernetes 1.7 stores the instances in etcd. */
  readonly storedPlural: string;
  /** The cluster-scoped kind of group crd.projectcalico.org that takes over. */
  readonly crd: Resource & { readonly singular: string };
}

/** The only namespace that Calico 2.x reads its ThirdPartyResources from. */
export const CALICO_NAMESPACE = 'kube-system';

const CRD_GROUP = 'crd.projectcalico.org';

/** The five kinds, in the order in which they are copied (reference tpr-to-crd.md, sections 2 and 3). */
export const TPR_KINDS: readonly TprKind[] = [
  tprKind(
    'global-config',
    'projectcalico.org',
    'GlobalConfig',
    'globalconfigs',
    'GlobalFelixConfig',
    'globalfelixconfigs',
    'Calico Global Configuration',
  ),
  tprKind(
    'global-bgp-config',
    'projectcalico.org',
    'GlobalBgpConfig',
    'globalbgpconfigs',
    'GlobalBGPConfig',
    'globalbgpconfigs',
    'Calico Global BGP Configuration',
  ),
  tprKind('ip-pool', 'projectcalico.org', 'IpPool', 'ippools', 'IPPool', 'ippools', 'Calico IP Pools'),
  tprKind(
    'global-bgp-peer',
    'projectcalico.org',
    'GlobalBgpPeer',
    'globalbgppeers',
    'BGPPeer',
    'bgppeers',
    'Calico Global BGP Peers',
  ),
  {
    ...tprKind(
      'system-network-policy',
      'alpha.projectcalico.org',
      'SystemNetworkPolicy',
      'systemnetworkpolicies',
      'GlobalNetworkPolicy',
      'globalnetworkpolicies',
      'Calico System Network Policies',
    ),
    // 1.7 stores this kind under a naive plural (golden/kubernetes-1.7/etcd-contents.json).
    storedPlural: 'systemnetworkpolicys',
  },
];

function tprKind(
  name: string,
  group: string,
  kind: string,
  plural: string,
  crdKind: string,
  crdPlural: string,
  description: string,
): TprKind {
  return {
    tprName: `${name}.${group}`,
    description,
    tpr: { group, version: 'v1', plural, kind, namespaced: true },
    storedPlural: plural,
    crd: {
      group: CRD_GROUP,
      version: 'v1',
      plural: crdPlural,
      kind: crdKind,
      singular: crdKind.toLowerCase(),
      namespaced: false,
    },
  };
}
