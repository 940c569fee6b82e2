import type { Cluster, Namespace, Pod } from './cluster.ts';
import { selects } from './label-selector.ts';
import type { Peer } from './policy.ts';

/**
 * Sources that no policy of one namespace can tell apart. Pods in the network of their node, and everything outside the
 * cluster, are one class: only a rule without a source lets them in.
 */
export interface SourceClass {
  readonly pods: readonly Pod[];
  /** Whether it stands for what is outside the cluster, too. */
  readonly outside: boolean;
}

/** A set of source classes, a bit each. */
export type SourceSet = Uint32Array;

/** The sources of connections into one namespace, and which of them each peer of its policies lets in. */
export interface Sources {
  readonly classes: readonly SourceClass[];
  /** All of them. */
  readonly all: SourceSet;
  /** Those that a peer lets in; of the peers that were given only. */
  ofPeer(peer: Peer): SourceSet;
}

/** Pods of a cluster by namespace, as far as selectors see them. */
export interface PodsByNamespace {
  readonly selectable: ReadonlyMap<string, readonly Pod[]>;
  readonly onHostNetwork: readonly Pod[];
}

export function podsByNamespace({ pods }: Cluster): PodsByNamespace {
  return {
    selectable: Map.groupBy(
      pods.filter(({ hostNetwork }) => !hostNetwork),
      ({ namespace }) => namespace,
    ),
    onHostNetwork: pods.filter(({ hostNetwork }) => hostNetwork),
  };
}

/** Sorts all sources by which of these peers of policies in `namespace` let them in. */
export function sourcesOf(
  namespace: string,
  peers: readonly Peer[],
  namespaces: readonly Namespace[],
  { selectable, onHostNetwork }: PodsByNamespace,
): Sources {
  const distinct = new Map(
    peers.filter(({ from }) => from !== 'anywhere').map(peer => [peerKey(peer), peer]),
  );
  const keys = [...distinct.keys()];
  const members = new Map<string, Pod[]>([['', []]]);
  const add = (signature: string, pods: readonly Pod[]): void => {
    const known = members.get(signature);
    if (known) for (const pod of pods) known.push(pod);
    else members.set(signature, [...pods]);
  };
  // What every class but the outside has: it is a pod.
  const signature = (pod: (peer: Peer) => boolean): string =>
    `p${[...distinct.values()].map(peer => (pod(peer) ? '1' : '0')).join('')}`;
  for (const { name, labels } of namespaces) {
    const pods = selectable.get(name) ?? [];
    const byNamespace = (peer: Peer): boolean => peer.from === 'namespaces' && selects(peer.selector, labels);
    if (name !== namespace) {
      add(signature(byNamespace), pods);
      continue;
    }
    for (const pod of pods) {
      const own = (peer: Peer): boolean => peer.from === 'pods' && selects(peer.selector, pod.labels);
      add(
        signature(peer => own(peer) || byNamespace(peer)),
        [pod],
      );
    }
  }
  for (const pod of onHostNetwork) members.get('')?.push(pod);
  return classesOf(members, keys);
}

function classesOf(members: ReadonlyMap<string, readonly Pod[]>, keys: readonly string[]): Sources {
  const signatures = [...members.keys()].filter(key => key === '' || members.get(key)?.length !== 0);
  const classes = signatures.map(key => ({ pods: members.get(key) ?? [], outside: key === '' }));
  const all = setOf(classes.length, () => true);
  const sets = new Map(
    keys.map((key, index) => [key, setOf(classes.length, at => signatures[at]?.[index + 1] === '1')]),
  );
  return {
    classes,
    all,
    ofPeer(peer) {
      if (peer.from === 'anywhere') return all;
      const set = sets.get(peerKey(peer));
      if (!set) throw new RangeError(`a peer that was not given: ${peerKey(peer)}`);
      return set;
    },
  };
}

const peerKey = (peer: Peer): string =>
  peer.from === 'anywhere' ? peer.from : `${peer.from} ${JSON.stringify(peer.selector)}`;

function setOf(size: number, has: (index: number) => boolean): SourceSet {
  const set = new Uint32Array(Math.ceil(size / 32));
  for (let index = 0; index < size; index += 1) {
    if (has(index)) set[index >>> 5] = (set[index >>> 5] ?? 0) | (1 << (index & 31));
  }
  return set;
}

/** Adds the members of one set to another. */
export function addAll(target: SourceSet, set: SourceSet): void {
  for (let word = 0; word < target.length; word += 1) {
    target[word] = (target[word] ?? 0) | (set[word] ?? 0);
  }
}

/** The indexes of the members. */
export function membersOf(set: SourceSet): readonly number[] {
  const indexes: number[] = [];
  for (let word = 0; word < set.length; word += 1) {
    for (let bits = set[word] ?? 0; bits !== 0; bits &= bits - 1) {
      indexes.push(word * 32 + (31 - Math.clz32(bits & -bits)));
    }
  }
  return indexes;
}
