import type { KubeObject } from '../kubernetes/object.ts';
import type { Tprs } from '../kubernetes/tprs.ts';
import { PEER_ANNOTATION_PREFIX } from './node-peers.ts';

/** All that Calico up to 2.4 keeps in ThirdPartyResources and in Node annotations, as read at one time. */
export interface TprSnapshot extends Tprs {
  /** Nodes that have node-scoped BGP peers, reduced by `nodeWithPeers`. */
  readonly nodes: readonly KubeObject[];
}

/** A Node with its name and its node-scoped BGP peers only: a Node object is large, and there may be 5,000. */
export function nodeWithPeers(node: KubeObject): KubeObject {
  const { name, annotations = {} } = node.metadata;
  const peers = Object.entries(annotations).filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX));
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations: Object.fromEntries(peers) } };
}

export const hasPeers = (node: KubeObject): boolean =>
  Object.keys(node.metadata.annotations ?? {}).length > 0;

/** Whether there is anything to keep: a definition, an instance in any namespace, or a node-scoped peer. */
export function isEmpty(snapshot: TprSnapshot): boolean {
  const instances = [...snapshot.instances.values()].some(objects => (objects?.length ?? 0) > 0);
  return !instances && snapshot.definitions.length === 0 && snapshot.nodes.length === 0;
}
