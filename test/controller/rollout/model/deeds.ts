import type { BirdReport } from '../../../../controller/rollout/bird.ts';
import type { NodeFacts } from '../../../../controller/rollout/node-facts.ts';
import { findingOf } from '../../../../controller/rollout/perform.ts';
import type { Memory } from '../../../../controller/rollout/seen.ts';
import type { Action } from '../../../../controller/rollout/types.ts';
import { changeNode, isReady, TICK_MS, type World } from './world.ts';

/** What an action does, one request after the other: the controller can be killed before each. */
export type Deed = readonly (() => void)[];

export interface Doer {
  readonly world: World;
  readonly memory: Memory;
  /** That the controller wants. */
  readonly revision: string;
  /** Told before a pod of calico-node begins to end. */
  readonly onDelete: (uid: string) => void;
}

/** The requests of an action, and what the process remembers of them. */
export function deedOf(action: Action, doer: Doer): Deed {
  const { world, memory, revision } = doer;
  switch (action.type) {
    case 'pull':
      return [() => createPull(world, action.node, revision)];
    case 'endPull':
      return [() => world.pulls.delete(action.pod.uid)];
    case 'begin':
      return beginDeed(action.node, action.pod.uid, doer);
    case 'delete':
      return [
        () => {
          if (isAsked(action.node.name, memory)) return;
          mark(world, action.node.name, action.pod.uid, action.node.replacing?.revision ?? revision);
        },
        () => deletePod(action.node.name, action.pod.uid, doer),
      ];
    case 'ask':
      return [() => ask(action.node, action.pod.uid, world, memory)];
    case 'finish':
      return [() => finish(action.node.name, action.seconds, world), () => (memory.finishedAt = world.now)];
  }
}

function createPull({ pulls, nodes, now }: World, node: string, revision: string): void {
  const uid = `${node}-${revision}`;
  if (nodes.has(node) && !pulls.has(uid))
    pulls.set(uid, { uid, node, revision, pulledAt: now + 3 * TICK_MS });
}

function beginDeed(node: NodeFacts, uid: string, doer: Doer): Deed {
  const { memory, world, revision } = doer;
  const { name } = node;
  return [
    () => {
      memory.deletedAt.delete(name);
      memory.adopted.delete(name);
    },
    () => mark(world, name, uid, revision),
    () => deletePod(name, uid, doer),
  ];
}

const isAsked = (node: string, { deletedAt, adopted }: Memory): boolean =>
  deletedAt.has(node) && !adopted.has(node);

function mark(world: World, name: string, pod: string, revision: string): void {
  const node = world.nodes.get(name);
  if (!node) return;
  const replacing = { revision, pod, since: new Date(world.now).toISOString(), down: [] };
  const isOurs = !node.isUnschedulable || node.cordonedBy !== undefined;
  changeNode(world, name, { replacing, ...(isOurs && { cordonedBy: 'up', isUnschedulable: true }) });
}

function deletePod(node: string, uid: string, { world, memory, onDelete }: Doer): void {
  if (!isAsked(node, memory)) memory.deletedAt.set(node, world.now);
  memory.adopted.delete(node);
  const pod = world.pods.get(uid);
  if (!pod || pod.goneAt !== undefined) return;
  onDelete(uid);
  pod.goneAt = world.now + TICK_MS;
}

function ask({ replacing, name }: NodeFacts, uid: string, world: World, memory: Memory): void {
  const pod = world.pods.get(uid);
  const isUp = pod !== undefined && pod.bgpAt <= world.now;
  const session = {
    name: `Mesh_${name}`,
    info: isUp ? 'Established' : 'Active',
    isEstablished: isUp,
    isOff: false,
  };
  const report: BirdReport | { problem: string } =
    pod && isReady(world, pod) ? { sessions: [session], recovering: 0 } : { problem: 'no answer' };
  memory.bgp.set(uid, findingOf(report, replacing?.down ?? [], memory.bgp.get(uid), world.now));
}

function finish(name: string, seconds: number | undefined, world: World): void {
  const node = world.nodes.get(name);
  if (!node || (node.cordonedBy === undefined && node.replacing === undefined)) return;
  const { replacing, cordonedBy } = node;
  changeNode(world, name, {
    ...{ replacing: undefined, cordonedBy: undefined },
    ...(cordonedBy !== undefined && { isUnschedulable: false }),
    ...(replacing &&
      seconds !== undefined && {
        replaced: { revision: replacing.revision, seconds, at: new Date(world.now).toISOString() },
      }),
  });
}
