import { PEER_ANNOTATION_PREFIX, planNodePeers } from '../lib/calico/node-peers.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';

type Annotations = Readonly<Record<string, string>>;

/** Annotation keys to set, or with null to remove. */
export type AnnotationChanges = Readonly<Record<string, string | null>>;

/** What puts a Node's own BGP peers back as they were saved. */
export interface NodeRestore {
  readonly saved: KubeObject;
  readonly present: KubeObject;
  /** Peers that are missing, and keys that a migration renamed; nobody has changed these peers since. */
  readonly changes: AnnotationChanges;
  /** What puts back the peers that have another value now than in the backup. */
  readonly overwriting: AnnotationChanges;
  /** One line for each peer that has another value now. */
  readonly differences: readonly string[];
}

/** Compares a saved Node with the present one. Peers that were added since stay as they are. */
export function planNodeRestore(saved: KubeObject, present: KubeObject): NodeRestore {
  const before = peersOf(saved);
  const now = peersOf(present);
  const renamed = renamedKeys(saved);
  const peers = Object.entries(before).map(([key, value]) => {
    const target = renamed.get(key);
    const newKey = target !== undefined && target in now && !(target in before) ? target : undefined;
    return peerRestore(key, value, newKey, now);
  });
  return {
    saved,
    present,
    changes: merged(peers.filter(({ differences }) => differences.length === 0)),
    overwriting: merged(peers.filter(({ differences }) => differences.length > 0)),
    differences: peers.flatMap(({ differences }) => differences),
  };
}

interface PeerRestore {
  readonly changes: AnnotationChanges;
  readonly differences: readonly string[];
}

function peerRestore(key: string, value: string, newKey: string | undefined, now: Annotations): PeerRestore {
  const present = [key, newKey].filter(name => name !== undefined);
  const differing = present.filter(name => name in now && now[name] !== value);
  return {
    changes: { ...(now[key] !== value && { [key]: value }), ...(newKey !== undefined && { [newKey]: null }) },
    differences: differing.map(
      name =>
        `annotation ${name}: found ${JSON.stringify(now[name])}, ${JSON.stringify(value)} in the backup`,
    ),
  };
}

const merged = (peers: readonly PeerRestore[]): AnnotationChanges =>
  Object.assign({}, ...peers.map(({ changes }) => changes));

/** The keys that a migration gives the saved peers, by the saved key. */
function renamedKeys(saved: KubeObject): ReadonlyMap<string, string> {
  const renames = planNodePeers([saved]).plans.flatMap(plan => plan.renames);
  return new Map(renames.map(({ from, to }) => [from, to]));
}

function peersOf({ metadata }: KubeObject): Annotations {
  const entries = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX)));
}
