import type { Pod } from '../lib/calico/networkpolicy/cluster.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';

/** What is read of a cluster to plan the conversion, and to prove it. */
export interface Snapshot {
  /** Names, labels, our annotation, and whether they are being deleted. */
  readonly namespaces: readonly KubeObject[];
  readonly policies: readonly KubeObject[];
  /** Of these namespaces, those that have not ended. */
  readonly pods: readonly Pod[];
}
