import type { Pod } from '../lib/calico/networkpolicy/cluster.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';

/** What a conversion is planned on. */
export interface Objects {
  /** Names, labels, our annotation, and whether they are being deleted. */
  readonly namespaces: readonly KubeObject[];
  readonly policies: readonly KubeObject[];
}

/** What it is proved on. */
export interface Snapshot extends Objects {
  /** Of these namespaces, those that have not ended. */
  readonly pods: readonly Pod[];
}
