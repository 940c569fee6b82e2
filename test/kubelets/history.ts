import type { NodeFacts, PodFacts } from './facts.ts';
import type { Change } from './watch.ts';

export type PodEvent = 'pod-bound' | 'pod-ready' | 'pod-not-ready' | 'pod-deleted' | 'pod-gone';
export type NodeEvent =
  | 'node-added'
  | 'node-removed'
  | 'node-ready'
  | 'node-not-ready'
  | 'cordoned'
  | 'uncordoned';

/** What happened to a node or to a pod on it, as the API server told it. */
export type HistoryEntry = {
  readonly node: string;
  /** On the clock of `monotonicMs`, when it was told. */
  readonly atMs: number;
  /** The revision of etcd that it happened at; entries are in the order of it. */
  readonly revision: number;
} & ({ readonly what: NodeEvent } | PodPart);

interface PodPart {
  readonly what: PodEvent;
  readonly pod: PodFacts;
  /** Before. */
  readonly wasReady: boolean;
}

export type PodEntry = Extract<HistoryEntry, PodPart>;

/** Whether an entry is about a pod. */
export function isPodEntry(entry: HistoryEntry): entry is PodEntry {
  return 'pod' in entry;
}

export interface History {
  onPod(change: Change<PodFacts>): void;
  onNode(change: Change<NodeFacts>): void;
  /** All since the start or `forget`, in the order of their revisions. */
  entries(): readonly HistoryEntry[];
  forget(): void;
}

/** Records what changes of pods and nodes tell. */
export function recordHistory(nowMs: () => number): History {
  const pods = new Map<string, PodFacts>();
  const nodes = new Map<string, NodeFacts>();
  let recorded: HistoryEntry[] = [];
  return {
    onPod({ type, facts: pod, revision }) {
      const before = pods.get(pod.uid);
      const events = podEvents(before, pod, type === 'gone');
      const wasReady = before?.ready ?? false;
      if (type === 'gone') pods.delete(pod.uid);
      else pods.set(pod.uid, pod);
      const { node } = pod;
      if (node === undefined) return;
      const atMs = nowMs();
      for (const what of events) recorded.push({ what, node, pod, wasReady, atMs, revision });
    },
    onNode({ type, facts, revision }) {
      const events = nodeEvents(nodes.get(facts.name), facts, type === 'gone');
      if (type === 'gone') nodes.delete(facts.name);
      else nodes.set(facts.name, facts);
      const atMs = nowMs();
      for (const what of events) recorded.push({ what, node: facts.name, atMs, revision });
    },
    entries: () => recorded.toSorted((a, b) => a.revision - b.revision),
    forget() {
      recorded = [];
    },
  };
}

/** A pod without a grace period is deleted and gone at once. */
function podEvents(before: PodFacts | undefined, pod: PodFacts, gone: boolean): readonly PodEvent[] {
  const wasDeleted = before?.deletingMs !== undefined;
  const isDeleted = gone || pod.deletingMs !== undefined;
  const becameReady = pod.ready && !before?.ready;
  const lostReady = !pod.ready && before?.ready;
  return [
    ...(pod.node !== undefined && before?.node === undefined ? (['pod-bound'] as const) : []),
    ...(becameReady && !gone ? (['pod-ready'] as const) : []),
    ...(lostReady && !gone ? (['pod-not-ready'] as const) : []),
    ...(isDeleted && !wasDeleted ? (['pod-deleted'] as const) : []),
    ...(gone ? (['pod-gone'] as const) : []),
  ];
}

function nodeEvents(before: NodeFacts | undefined, node: NodeFacts, gone: boolean): readonly NodeEvent[] {
  if (gone) return ['node-removed'];
  return [
    ...(before ? [] : (['node-added'] as const)),
    ...((before?.ready ?? false) === node.ready
      ? []
      : ([node.ready ? 'node-ready' : 'node-not-ready'] as const)),
    ...((before?.cordoned ?? false) === node.cordoned
      ? []
      : ([node.cordoned ? 'cordoned' : 'uncordoned'] as const)),
  ];
}
