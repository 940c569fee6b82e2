import type { NodeFacts } from '../../../../controller/rollout/node-facts.ts';
import type { PodFacts } from '../../../../controller/rollout/pod-facts.ts';
import { node } from '../facts.ts';

/** When a pod of calico-node works; all are moments, in milliseconds. */
export interface PodLife {
  readyAt: number;
  bgpAt: number;
  crashAt: number;
}

export interface ModelPod extends PodLife {
  readonly uid: string;
  readonly node: string;
  readonly revision: string;
  /** When it is gone; undefined while nobody has deleted it. */
  goneAt: number | undefined;
}

export interface ModelPull {
  readonly uid: string;
  readonly node: string;
  readonly revision: string;
  readonly pulledAt: number;
}

/** A cluster: what is true, whoever sees it. It changes with time, and by what is done to it. */
export interface World {
  now: number;
  /** Of the template of the DaemonSet. */
  revision: string;
  readonly nodes: Map<string, NodeFacts>;
  readonly pods: Map<string, ModelPod>;
  readonly pulls: Map<string, ModelPull>;
  /** What is on the nodes, as `node revision`. */
  readonly images: Set<string>;
  /** Until when no image can be pulled on a node. */
  readonly unpullable: Map<string, number>;
  readonly userCordons: Set<string>;
  /** After how many seconds the next pods work; Infinity for never. Those after them take 5 s. */
  readonly lives: { ready: number; bgp: number; crash: number }[];
  made: number;
}

export const TICK_MS = 1000;
/** For how long everything has worked in the beginning. */
const LONG_MS = 600_000;
export const imagesOf = (revision: string): Readonly<Record<string, string>> => ({
  'calico-node': `node:${revision}`,
});

/** A cluster of nodes in racks of two, with pods of revision `r1` that work. */
export function newWorld(count: number, lives: World['lives']): World {
  const world: World = {
    ...{ now: 0, revision: 'r1', made: 0, lives: [] },
    ...{ nodes: new Map(), pods: new Map(), pulls: new Map() },
    ...{ images: new Set(), unpullable: new Map(), userCordons: new Set() },
  };
  for (let at = 1; at <= count; at += 1) addNode(world, `n${at}`, `rack${at >> 1}`);
  makePods(world);
  for (const pod of world.pods.values())
    Object.assign(pod, { readyAt: -LONG_MS, bgpAt: -LONG_MS, crashAt: Infinity });
  return { ...world, lives };
}

export function addNode({ nodes }: World, name: string, rack: string): void {
  nodes.set(name, node(name, { labels: { rack } }));
}

export function changeNode({ nodes }: World, name: string, changes: Partial<NodeFacts>): void {
  const present = nodes.get(name);
  if (present) nodes.set(name, { ...present, ...changes });
}

export function removeNode({ nodes, pods, pulls, userCordons }: World, name: string): void {
  nodes.delete(name);
  userCordons.delete(name);
  for (const store of [pods, pulls]) {
    for (const [uid, one] of store) if (one.node === name) store.delete(uid);
  }
}

/** One second: kubelets and the controller of the DaemonSet do their work. */
export function passSecond(world: World): void {
  world.now += TICK_MS;
  const { nodes, pods, pulls, images, now } = world;
  for (const [uid, { goneAt, node: on }] of pods) {
    if (goneAt !== undefined && goneAt <= now && nodes.get(on)?.isReady) pods.delete(uid);
  }
  for (const pull of pulls.values()) if (isPulled(world, pull)) images.add(imageKey(pull));
  makePods(world);
}

function makePods(world: World): void {
  const { nodes, pods, now, revision, lives } = world;
  const taken = new Set([...pods.values()].map(pod => pod.node));
  for (const name of nodes.keys()) {
    if (taken.has(name)) continue;
    world.made += 1;
    const uid = `pod${world.made}`;
    const { ready, bgp, crash } = lives.shift() ?? { ready: 5, bgp: 0, crash: Infinity };
    const [readyAt, crashAt] = [now + ready * TICK_MS, now + crash * TICK_MS];
    pods.set(uid, {
      uid,
      node: name,
      revision,
      goneAt: undefined,
      readyAt,
      crashAt,
      bgpAt: readyAt + bgp * TICK_MS,
    });
  }
}

/** From now on, everything that did not work begins to. */
export function heal(world: World): void {
  const soon = world.now + 5 * TICK_MS;
  world.lives.length = 0;
  world.unpullable.clear();
  for (const name of world.nodes.keys()) changeNode(world, name, { isReady: true });
  for (const pod of world.pods.values()) {
    pod.readyAt = Math.min(pod.readyAt, soon);
    pod.bgpAt = Math.min(pod.bgpAt, soon);
    if (pod.crashAt > world.now) pod.crashAt = Infinity;
  }
}

const imageKey = ({ node: on, revision }: ModelPull): string => `${on} ${revision}`;

function isPulled(world: World, pull: ModelPull): boolean {
  if (world.images.has(imageKey(pull))) return true;
  const isPossible = (world.unpullable.get(pull.node) ?? 0) <= world.now;
  return isPossible && pull.pulledAt <= world.now && world.nodes.get(pull.node)?.isReady === true;
}

/** Whether a pod is Ready, as Kubernetes says. */
export const isReady = ({ now, nodes }: World, pod: ModelPod): boolean =>
  pod.readyAt <= now && pod.goneAt === undefined && nodes.get(pod.node)?.isReady === true;

/** Whether a pod is Ready and has all its BGP sessions. */
export const works = (world: World, pod: ModelPod): boolean => isReady(world, pod) && pod.bgpAt <= world.now;

/** A pod as watches show it. */
export function shownPod(world: World, pod: ModelPod): PodFacts {
  return {
    ...blankPod(pod, 'calico-node'),
    isReady: isReady(world, pod),
    readySince: new Date(pod.readyAt === Infinity ? world.now : pod.readyAt).toISOString(),
    isDeleting: pod.goneAt !== undefined,
    isRunning: pod.readyAt <= world.now,
    restarts: pod.crashAt <= world.now ? 1 : 0,
    pulled: ['calico-node'],
  };
}

/** A pod that pulls images, as watches show it. */
export function shownPull(world: World, pull: ModelPull): PodFacts {
  const isStuck = (world.unpullable.get(pull.node) ?? 0) > world.now && !isPulled(world, pull);
  const trouble = { container: 'calico-node', reason: 'ImagePullBackOff', message: 'refused' };
  return {
    ...blankPod(pull, 'pull'),
    trouble: isStuck ? trouble : undefined,
    pulled: isPulled(world, pull) ? ['calico-node'] : [],
  };
}

const blankPod = ({ uid, node: on, revision }: ModelPull | ModelPod, what: string): PodFacts => ({
  ...{ name: `${what}-${uid}`, uid, node: on, revision, images: imagesOf(revision) },
  ...{ isReady: false, readySince: undefined, isDeleting: false, isRunning: false, restarts: 0 },
  ...{ trouble: undefined, givenUp: undefined, pulled: [] },
});
