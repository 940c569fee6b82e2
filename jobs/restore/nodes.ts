import { nodePeerPatch, PEER_ANNOTATION_PREFIX, planNodePeers } from '../lib/calico/node-peers.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';

type Annotations = Readonly<Record<string, string>>;

/**
 * The annotations to change so that a Node's own BGP peers are as they were saved: keys that a migration renamed go back
 * to their short form. Peers that were added since stay. Undefined where nothing is to be done.
 */
export function peersToRestore(
  saved: KubeObject,
  current: KubeObject,
): Record<string, string | null> | undefined {
  const before = peersOf(saved);
  const now = peersOf(current);
  const changes: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(before)) {
    if (now[key] !== value) changes[key] = value;
  }
  for (const [key, value] of Object.entries(renamedKeys(saved))) {
    if (value && key in now && !(key in before)) changes[key] = null;
  }
  return Object.keys(changes).length > 0 ? changes : undefined;
}

/** The keys that a migration would give the saved peers. */
function renamedKeys(saved: KubeObject): Record<string, unknown> {
  const [plan] = planNodePeers([saved]).plans;
  const metadata = plan ? nodePeerPatch(plan).metadata : {};
  return metadata && typeof metadata === 'object' && 'annotations' in metadata
    ? Object(metadata.annotations)
    : {};
}

function peersOf({ metadata }: KubeObject): Annotations {
  const entries = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX)));
}
