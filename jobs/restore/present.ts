import { kindsOf } from '../lib/calico/crd-kinds.ts';
import type { TprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { readTprs, type Tprs } from '../lib/kubernetes/tprs.ts';

/** What a cluster holds of the things that a backup can bring back. */
export interface Present extends Tprs {
  /** Every Node, with its own BGP peers. */
  readonly nodes: readonly KubeObject[];
  /** By plural of the CRD; undefined where the kind is not defined. */
  readonly crdObjects: ReadonlyMap<string, readonly KubeObject[] | undefined>;
}

/** Reads what the backup is of; of the CRD objects only the kinds that it holds. */
export async function readPresent(
  client: KubeClient,
  saved: TprBackup,
  crdObjects: boolean,
  signal: AbortSignal,
): Promise<Present> {
  const crds = crdObjects ? kindsOf(saved.crdObjects) : [];
  const [tprs, nodes, lists] = await Promise.all([
    saved.ofTprs ? readTprs(client, TPR_KINDS, signal) : { definitions: [], instances: new Map() },
    saved.ofTprs ? list(client, NODES, { pick: nodeWithPeers }) : [],
    Promise.all(crds.map(crd => list(client, crd))),
  ]);
  return {
    ...tprs,
    nodes: nodes ?? [],
    crdObjects: new Map(crds.map(({ plural }, index) => [plural, lists[index]])),
  };
}
