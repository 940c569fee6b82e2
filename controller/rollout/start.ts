import { type Candidate, nodesToBegin } from './begin-nodes.ts';
import { allowedNodes } from './counts.ts';
import { isUnavailable, type NodeState, type NodeStates } from './node-state.ts';
import { placementProblem } from './placement.ts';
import { pullsToRepair, pullsToStart } from './pre-pull.ts';
import type { Action, Block, NodeReason, RolloutPlan, Seen } from './types.ts';

/** Which nodes to begin, or why none. */
export interface Start {
  readonly actions: readonly Action[];
  readonly blocked: Block | undefined;
  readonly wakeMs: number | undefined;
}

/** Decides which nodes to prepare and to begin, of those that have their turn (`candidates`, in order). */
export function startNodes(
  nodes: NodeStates,
  candidates: readonly Candidate[],
  skipped: readonly NodeReason[],
  seen: Seen,
  plan: RolloutPlan,
): Start {
  const { inScope, others } = nodes;
  const limit = allowedNodes(plan.maxUnavailable, inScope.length);
  const left = new Set(skipped.map(({ node }) => node));
  const next = candidates.filter(({ node }) => !left.has(node.name));
  const ahead = Math.max(plan.prePullParallel, limit);
  const placed = candidates
    .filter(({ node }) => placementProblem(node, plan.placement) === undefined)
    .map(({ node }) => node.name);
  const repaired = pullsToRepair(placed, seen, plan);
  const tooMany = skippedBlock(inScope, skipped, plan);
  // Existing pods go on trying; more of them would only fail, too.
  if (tooMany !== undefined) return { actions: repaired, blocked: tooMany, wakeMs: undefined };
  const pulls = [...repaired, ...pullsToStart(placed, seen, plan, ahead)];
  const idle = { actions: pulls, wakeMs: undefined };
  const blocked = unavailableBlock(nodes, limit, left, next.length, seen, plan);
  if (blocked !== undefined) return { ...idle, blocked };
  if (next.length === 0) {
    return { ...idle, blocked: candidates.length > 0 ? withoutBlock(skipped) : undefined };
  }
  const waitMs =
    plan.minSecondsBetweenNodes * 1000 - (seen.now - (seen.finishedAt ?? Number.NEGATIVE_INFINITY));
  if (waitMs > 0) return { actions: pulls, blocked: undefined, wakeMs: waitMs };
  const begun = nodesToBegin([...inScope, ...others], next, limit, seen, plan);
  return { actions: [...pulls, ...begun.actions], blocked: begun.blocked, wakeMs: undefined };
}

/** Many nodes that are left out are a trouble of the cluster, and no time to go on. */
export function skippedBlock(
  states: readonly NodeState[],
  skipped: readonly NodeReason[],
  { maxSkipped }: RolloutPlan,
): Block | undefined {
  const limit = allowedNodes(maxSkipped, states.length);
  if (skipped.length <= limit) return undefined;
  return {
    key: keyOf('maxSkipped', skipped),
    text: `${skipped.length} nodes would have to be left out, more than maxSkipped allows (${limit}): ${reasonsText(skipped)}`,
  };
}

const withoutBlock = (skipped: readonly NodeReason[]): Block => ({
  key: keyOf('left', skipped),
  text: `the nodes that are left cannot be replaced: ${reasonsText(skipped)}`,
});

const keyOf = (kind: string, reasons: readonly NodeReason[]): string =>
  `${kind} ${namesText(reasons.map(({ node }) => node))}`;

/** Nodes without a working calico-node that no replacement of ours will mend. */
function unavailableBlock(
  { inScope, others }: NodeStates,
  limit: number,
  skipped: ReadonlySet<string>,
  left: number,
  seen: Seen,
  plan: RolloutPlan,
): Block | undefined {
  const unavailable = inScope.filter(one => isUnavailable(one, seen, plan));
  const unavailableOthers = others.filter(one => isUnavailable(one, seen, plan));
  const downInScope = unavailable.filter(
    ({ state, node }) => state !== 'window' && (state !== 'outdated' || skipped.has(node.name)),
  );
  const down = left > 0 ? [...downInScope, ...unavailableOthers] : downInScope;
  if (down.length === 0) return undefined;
  if (left > 0 && unavailable.length + unavailableOthers.length < limit) return undefined;
  const why = down.slice(0, 3).map(one => `${one.node.name} (${whyDown(one)})`);
  return {
    key: `unavailable ${namesText(down.map(({ node }) => node.name))}`,
    text: `calico-node is not Ready on ${why.join(', ')}${down.length > 3 ? ` and ${down.length - 3} more` : ''}`,
  };
}

function whyDown(one: NodeState): string {
  if (one.state !== 'unready' && one.state !== 'outdated') return 'no pod';
  const { trouble, name } = one.pod;
  return trouble ? `Pod ${name}: ${trouble.reason}` : `Pod ${name}`;
}

const namesText = (names: readonly string[]): string => [...names].sort().join(' ');

const reasonsText = (reasons: readonly NodeReason[]): string =>
  `${reasons
    .slice(0, 3)
    .map(({ node, reason }) => `${node}: ${reason}`)
    .join('; ')}${reasons.length > 3 ? `; and ${reasons.length - 3} more` : ''}`;
