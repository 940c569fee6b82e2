import type { KubeObject } from '../../kubernetes/object.ts';
import { PEER_ANNOTATION_PREFIX } from '../node-peers.ts';

/** The annotations of a Node that hold BGP settings of this node only begin with this. */
export const BGP_CONFIG_ANNOTATION_PREFIX = 'config.bgp.projectcalico.org/';

/** What Calico 2.6 keeps in the Kubernetes datastore in another form than 3.0, as read at one time. */
export interface KddSource {
  /** GlobalFelixConfigs. */
  readonly felix: readonly KubeObject[];
  /** GlobalBGPConfigs. */
  readonly bgp: readonly KubeObject[];
  /** Nodes with BGP peers or BGP settings of their own, reduced by `nodeWithBgp`. */
  readonly nodes: readonly KubeObject[];
  /** GlobalNetworkPolicies in either form. */
  readonly policies: readonly KubeObject[];
}

/** A Node with its name and what Calico keeps of BGP in its annotations. */
export function nodeWithBgp({ metadata: { name, annotations = {} } }: KubeObject): KubeObject {
  const kept = Object.entries(annotations).filter(([key]) =>
    [PEER_ANNOTATION_PREFIX, BGP_CONFIG_ANNOTATION_PREFIX].some(prefix => key.startsWith(prefix)),
  );
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations: Object.fromEntries(kept) } };
}
