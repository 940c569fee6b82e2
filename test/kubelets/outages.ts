import type { PodFacts } from './facts.ts';
import { type HistoryEntry, isPodEntry } from './history.ts';

export interface Deletion {
  readonly node: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  readonly atMs: number;
}

/** Every pod whose deletion was seen, once each, in order. */
export function deletionsIn(history: readonly HistoryEntry[]): readonly Deletion[] {
  return history.filter(isPodEntry).flatMap(({ what, node, pod, atMs }) => {
    if (what !== 'pod-deleted') return [];
    const { name, namespace, uid, labels, containers } = pod;
    return [{ node, name, namespace, uid, labels, images: containers.map(({ image }) => image), atMs }];
  });
}

export type PodFilter = (pod: PodFacts) => boolean;

/** The pods of the hosted installs. */
export const isCalicoNode: PodFilter = ({ labels }) =>
  labels['k8s-app'] === 'calico-node' || labels['k8s-app'] === 'canal';

/** A time in which a node had none of the pods Ready, after it had one. */
export interface Outage {
  readonly node: string;
  readonly fromMs: number;
  /** Undefined while it lasts. */
  readonly toMs: number | undefined;
}

/** The outages of all nodes, by their begin. One ends with the node, too. */
export function outagesIn(
  history: readonly HistoryEntry[],
  filter: PodFilter = isCalicoNode,
): readonly Outage[] {
  return outageSteps(history, filter).outages;
}

/** The nodes of the moment at which most of them were down at once. */
export function mostDown(
  history: readonly HistoryEntry[],
  filter: PodFilter = isCalicoNode,
): readonly string[] {
  return outageSteps(history, filter).mostDown;
}

function outageSteps(history: readonly HistoryEntry[], filter: PodFilter) {
  const ready = new Map<string, ReadonlySet<string>>();
  const down = new Map<string, number>();
  const outages: Outage[] = [];
  let most: readonly string[] = [];
  for (const entry of history) {
    const { node, atMs } = entry;
    const after = readyAfter(entry, ready.get(node), filter);
    if (after) ready.set(node, after);
    else ready.delete(node);
    const fromMs = down.get(node);
    if (fromMs !== undefined && after?.size !== 0) {
      outages.push({ node, fromMs, toMs: atMs });
      down.delete(node);
    } else if (fromMs === undefined && after?.size === 0) {
      down.set(node, atMs);
      if (down.size > most.length) most = [...down.keys()];
    }
  }
  for (const [node, fromMs] of down) outages.push({ node, fromMs, toMs: undefined });
  return { outages: outages.toSorted((a, b) => a.fromMs - b.fromMs), mostDown: most };
}

/** The Ready pods of a node after an entry: undefined as long as there never was one, and when the node is gone. */
function readyAfter(
  entry: HistoryEntry,
  before: ReadonlySet<string> | undefined,
  filter: PodFilter,
): ReadonlySet<string> | undefined {
  if (entry.what === 'node-removed') return undefined;
  if (!isPodEntry(entry) || !filter(entry.pod)) return before;
  const { uid } = entry.pod;
  if (entry.what === 'pod-ready') return new Set([...(before ?? []), uid]);
  const wasReady = entry.wasReady || before?.has(uid);
  return wasReady ? new Set([...(before ?? [])].filter(other => other !== uid)) : before;
}
