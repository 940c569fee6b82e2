import type { NodeFacts } from './node-facts.ts';
import { isLost, isUnavailable, type NodeState } from './node-state.ts';
import { rankOf } from './order.ts';
import type { PodFacts } from './pod-facts.ts';
import { pullOf } from './pre-pull.ts';
import type { Action, Block, RolloutPlan, Seen } from './types.ts';

/** A node without the target that may be replaced. */
export interface Candidate {
  readonly node: NodeFacts;
  readonly pod: PodFacts;
  /** Whether its calico-node works. */
  readonly isUp: boolean;
  /** Whether its window is open already: it was replaced, by a pod that is not wanted any more. */
  readonly isOpen: boolean;
}

interface DownNode {
  readonly node: NodeFacts;
  /** Whether it is down by our doing. */
  readonly isOpen: boolean;
}

/**
 * The nodes to begin now, of those that have their turn (`next`, in order): never more than `limit` down, those that are down for another
 * reason counted. `blocked` says why none can be begun, where that does not change by itself.
 */
export function nodesToBegin(
  states: readonly NodeState[],
  next: readonly Candidate[],
  limit: number,
  seen: Seen,
  plan: RolloutPlan,
): { readonly actions: readonly Action[]; readonly blocked: Block | undefined } {
  const down = downNodes(states, next, seen, plan);
  const away = states.filter(one => one.state === 'notReady' || isLost(one, seen, plan));
  const actions: Action[] = [];
  let blocked: Block | undefined;
  let held: Candidate | undefined;
  for (const one of next.filter(({ node }) => !isBegun(node, seen))) {
    if (held && !isSameTurn(held, one, plan)) break;
    const obstacle = obstacleOf(one, down, away, limit, seen, plan);
    if (!obstacle) {
      down.set(one.node.name, { node: one.node, isOpen: true });
      actions.push({ type: 'begin', node: one.node, pod: one.pod });
      continue;
    }
    // Images that are on their way are waited for: the node does not lose its turn.
    const isInTurn = one.isUp && !one.isOpen;
    if (obstacle.isPulling && isInTurn) break;
    blocked ??= obstacle.conflict;
    held ??= isInTurn ? one : undefined;
  }
  const isWaiting = [...down.values()].some(({ isOpen }) => isOpen);
  return { actions, blocked: isWaiting ? undefined : blocked };
}

/** Why a node cannot be begun now; with a `conflict` where that does not change by itself. */
function obstacleOf(
  one: Candidate,
  down: ReadonlyMap<string, DownNode>,
  away: readonly NodeState[],
  limit: number,
  seen: Seen,
  plan: RolloutPlan,
): { readonly conflict?: Block; readonly isPulling?: boolean } | undefined {
  const { node } = one;
  if (pullOf(node.name, seen, plan).state !== 'pulled') return { isPulling: true };
  if (seen.busy.has(node.name)) return {};
  // It is down by our doing already, and counted: otherwise two of them would wait for each other.
  if (one.isOpen && !one.isUp) return undefined;
  const rival = rivalOf(
    one,
    [...down.values(), ...away.map(({ node: other }) => ({ node: other, isOpen: false }))],
    plan,
  );
  if (rival) return rival.isOpen ? {} : { conflict: rivalBlock(node, rival.node, plan) };
  return hasRoom(one, down, limit) ? undefined : {};
}

/** Whether the pod of a node is about to be deleted. */
function isBegun({ name }: NodeFacts, { busy }: Seen): boolean {
  const type = busy.get(name);
  return type === 'begin' || type === 'delete';
}

/** What is begun is down from then on, although it takes a moment until that is seen. */
function downNodes(
  states: readonly NodeState[],
  next: readonly Candidate[],
  seen: Seen,
  plan: RolloutPlan,
): Map<string, DownNode> {
  const working = new Set(next.filter(({ isUp }) => isUp).map(({ node }) => node.name));
  return new Map(
    states
      .filter(
        one => isBegun(one.node, seen) || (!working.has(one.node.name) && isUnavailable(one, seen, plan)),
      )
      .map(one => [
        one.node.name,
        { node: one.node, isOpen: one.state === 'window' || isBegun(one.node, seen) },
      ]),
  );
}

/** A node that does not work anyway is not one more. */
function hasRoom({ node, isUp }: Candidate, down: ReadonlyMap<string, DownNode>, limit: number): boolean {
  const others = [...down.values()].filter(other => other.node.name !== node.name);
  return (isUp ? others : others.filter(({ isOpen }) => isOpen)).length < limit;
}

/** A node that is down, or not Ready, and has the same value of the label of which never two are down at once. */
function rivalOf(
  { node, isUp }: Candidate,
  down: readonly DownNode[],
  { spread }: RolloutPlan,
): DownNode | undefined {
  const value = spread === undefined ? undefined : node.labels[spread];
  if (spread === undefined || value === undefined) return undefined;
  return down.find(
    other => other.node.name !== node.name && other.node.labels[spread] === value && (other.isOpen || isUp),
  );
}

const rivalBlock = (node: NodeFacts, rival: NodeFacts, { spread = '' }: RolloutPlan): Block => ({
  key: `spread ${node.name} ${rival.name}`,
  text: `${node.name} and ${rival.name} have the same ${spread} (${node.labels[spread]}), and calico-node does not work on ${rival.name}`,
});

/** Whether one may be begun before the other: the control plane waits for all other nodes, and a value of `orderLabel` for those before it. */
function isSameTurn(a: Candidate, b: Candidate, plan: RolloutPlan): boolean {
  const { order, orderLabel = '' } = plan;
  const isSameLabel = order !== 'label' || a.node.labels[orderLabel] === b.node.labels[orderLabel];
  return isSameLabel && rankOf(a.node, a.isUp, plan) === rankOf(b.node, b.isUp, plan);
}
