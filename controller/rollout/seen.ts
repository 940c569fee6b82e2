import type { NodeFacts } from './node-facts.ts';
import { isMarked } from './node-state.ts';
import { orderNodes } from './order.ts';
import { hasImages, type PodFacts } from './pod-facts.ts';
import { givenUpReason } from './pre-pull.ts';
import type { Stores } from './stores.ts';
import type { BgpFinding, GivenUp, RolloutPlan, Seen } from './types.ts';

/** What a process remembers of a rollout. All of it can be lost: it is found again in the cluster, or only costs time. */
export interface Memory {
  readonly deletedAt: Map<string, number>;
  readonly adopted: Set<string>;
  readonly bgp: Map<string, BgpFinding>;
  readonly pullingSince: Map<string, number>;
  readonly pullErrors: Map<string, string>;
  readonly givenUp: Map<string, GivenUp>;
  readonly acknowledged: Set<string>;
  readonly told: Set<string>;
  finishedAt: number | undefined;
  /** The nodes in the order of their turn, as they were sorted last: to sort thousands anew for each event takes too long. */
  sorted?: { readonly by: string; readonly nodes: readonly NodeFacts[] };
}

/** The nodes in order: that of before where the same nodes have the same labels. */
function inOrder(
  nodes: ReadonlyMap<string, NodeFacts>,
  memory: Memory,
  plan: Pick<RolloutPlan, 'order' | 'orderLabel'>,
): ReadonlyMap<string, NodeFacts> {
  const { order, orderLabel = '' } = plan;
  const by = `${order} ${orderLabel}`;
  const isSame = ({ name, labels }: NodeFacts): boolean => {
    const now = nodes.get(name);
    return now !== undefined && (order === 'name' || now.labels[orderLabel] === labels[orderLabel]);
  };
  const { sorted } = memory;
  if (sorted?.by !== by || sorted.nodes.length !== nodes.size || !sorted.nodes.every(isSame)) {
    const ordered = orderNodes(nodes.values(), plan);
    memory.sorted = { by, nodes: [...ordered.values()] };
    return ordered;
  }
  return new Map(
    sorted.nodes.flatMap(({ name }) => {
      const node = nodes.get(name);
      return node ? [[name, node]] : [];
    }),
  );
}

export const newMemory = (): Memory => ({
  deletedAt: new Map(),
  adopted: new Set(),
  bgp: new Map(),
  pullingSince: new Map(),
  pullErrors: new Map(),
  givenUp: new Map(),
  acknowledged: new Set(),
  told: new Set(),
  finishedAt: undefined,
});

/**
 * What is seen now. Takes over what a controller before this one began: the time since is that of the wall clock, once, and
 * from then on that of a clock that does not jump.
 */
export function lookAt(
  stores: Stores,
  memory: Memory,
  busy: Seen['busy'],
  plan: Pick<RolloutPlan, 'order' | 'orderLabel'>,
  now: number,
  wallNow: number,
): Seen {
  const nodes = inOrder(stores.nodes.objects, memory, plan);
  const pods = podsByNode(stores.pods.objects.values());
  const prePulls = podsByNode(stores.prePulls.objects.values());
  forget(nodes, pods, prePulls, memory, busy, now);
  adopt(nodes, memory, busy, now, wallNow);
  memory.finishedAt ??= lastFinished(nodes, now, wallNow);
  return { ...memory, now, nodes, pods, prePulls, busy };
}

function adopt(
  nodes: Seen['nodes'],
  { deletedAt, adopted }: Memory,
  busy: Seen['busy'],
  now: number,
  wallNow: number,
): void {
  for (const node of nodes.values()) {
    const { name, replacing } = node;
    if (!isMarked(node) || deletedAt.has(name) || busy.has(name)) continue;
    // Where somebody edited it, its time begins when that is seen: every wait has an end.
    const since = Date.parse(replacing?.since ?? '');
    deletedAt.set(name, now - Math.max(0, Number.isNaN(since) ? 0 : wallNow - since));
    adopted.add(name);
  }
}

/** When the last node was finished that says so, which a controller before this one did. */
function lastFinished(nodes: Seen['nodes'], now: number, wallNow: number): number | undefined {
  const times = [...nodes.values()]
    .map(({ replaced }) => Date.parse(replaced?.at ?? ''))
    .filter(time => !Number.isNaN(time));
  if (times.length === 0) return undefined;
  return now - Math.max(0, wallNow - times.reduce((a, b) => Math.max(a, b)));
}

function forget(
  nodes: Seen['nodes'],
  pods: Seen['pods'],
  prePulls: Seen['prePulls'],
  memory: Memory,
  busy: Seen['busy'],
  now: number,
): void {
  const isOpen = (name: string): boolean => {
    const node = nodes.get(name);
    return node !== undefined && isMarked(node);
  };
  keepOnly(memory.deletedAt, name => isOpen(name) || busy.has(name));
  keepOnly(memory.adopted, isOpen);
  keepOnly(memory.acknowledged, isOpen);
  keepOnly(memory.told, isOpen);
  keepOnly(memory.givenUp, name => nodes.has(name));
  const live = new Set([...pods.values()].map(({ uid }) => uid));
  keepOnly(memory.bgp, uid => live.has(uid));
  notePulls(prePulls, memory, now);
}

function notePulls(
  prePulls: Seen['prePulls'],
  { pullingSince, pullErrors, givenUp }: Memory,
  now: number,
): void {
  const pulling = new Set([...prePulls.values()].map(({ uid }) => uid));
  keepOnly(pullingSince, uid => pulling.has(uid));
  keepOnly(pullErrors, uid => pulling.has(uid));
  for (const { uid, trouble } of prePulls.values()) {
    if (!pullingSince.has(uid)) pullingSince.set(uid, now);
    if (trouble?.reason === 'ErrImagePull') pullErrors.set(uid, trouble.message);
  }
  for (const [node, pod] of prePulls) {
    const reason = givenUpReason(pod);
    if (hasImages(pod)) givenUp.delete(node);
    else if (reason !== undefined) givenUp.set(node, { revision: pod.revision ?? '', reason });
  }
}

function keepOnly(
  from: { keys(): Iterable<string>; delete(key: string): unknown },
  wanted: (key: string) => boolean,
): void {
  for (const key of [...from.keys()]) if (!wanted(key)) from.delete(key);
}

/** One pod a node: the newest there is, so that the one that is being deleted only counts where there is no other. */
function podsByNode(pods: Iterable<PodFacts>): ReadonlyMap<string, PodFacts> {
  const found = new Map<string, PodFacts>();
  for (const pod of pods) {
    const known = found.get(pod.node);
    if (pod.node !== '' && (!known || known.isDeleting)) found.set(pod.node, pod);
  }
  return found;
}
