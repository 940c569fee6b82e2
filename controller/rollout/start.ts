import { allowedNodes } from './counts.ts';
import type { NodeFacts } from './node-facts.ts';
import { isUnavailable, type NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import { pullOf, pullsToStart } from './pre-pull.ts';
import type { Action, NodeReason, RolloutPlan, Seen } from './types.ts';

/** A node without the target that may be replaced. */
export interface Candidate {
  readonly node: NodeFacts;
  readonly pod: PodFacts;
  readonly isUp: boolean;
}

/** Which nodes to begin, or why none. */
export interface Start {
  readonly actions: readonly Action[];
  readonly blocked: string | undefined;
  readonly wakeMs: number | undefined;
}

/** Decides which nodes to prepare and to begin, of those that have their turn (`candidates`, in order). */
export function startNodes(
  states: readonly NodeState[],
  candidates: readonly Candidate[],
  skipped: readonly NodeReason[],
  seen: Seen,
  plan: RolloutPlan,
): Start {
  const limit = allowedNodes(plan.maxUnavailable, states.length);
  const left = new Set(skipped.map(({ node }) => node));
  const next = candidates.filter(({ node }) => !left.has(node.name));
  const ahead = Math.max(plan.prePullParallel, limit);
  const pulls = pullsToStart(
    candidates.map(({ node }) => node.name),
    seen,
    plan,
    ahead,
  );
  const idle = { actions: pulls, wakeMs: undefined };
  const tooMany = skippedBlock(states, skipped, plan);
  // Existing pods go on trying; more of them would only fail, too.
  if (tooMany !== undefined) return { actions: [], blocked: tooMany, wakeMs: undefined };
  const blocked = unavailableBlock(states, limit, left, next.length, seen, plan);
  if (blocked !== undefined) return { ...idle, blocked };
  if (next.length === 0) {
    const without = `the nodes that are left do not get their images: ${reasonsText(skipped)}`;
    return { ...idle, blocked: candidates.length > 0 ? without : undefined };
  }
  const waitMs =
    plan.minSecondsBetweenNodes * 1000 - (seen.now - (seen.finishedAt ?? Number.NEGATIVE_INFINITY));
  if (waitMs > 0) return { actions: pulls, blocked: undefined, wakeMs: waitMs };
  return {
    actions: [...pulls, ...begins(states, next, limit, seen, plan)],
    blocked: undefined,
    wakeMs: undefined,
  };
}

/** Many nodes that are left out are a trouble of the cluster, and no time to go on. */
function skippedBlock(
  states: readonly NodeState[],
  skipped: readonly NodeReason[],
  { maxSkipped }: RolloutPlan,
): string | undefined {
  const limit = allowedNodes(maxSkipped, states.length);
  if (skipped.length <= limit) return undefined;
  return `${skipped.length} nodes would have to be left out, more than maxSkipped allows (${limit}): ${reasonsText(skipped)}`;
}

/** Nodes without a working calico-node that no replacement of ours will mend. */
function unavailableBlock(
  states: readonly NodeState[],
  limit: number,
  skipped: ReadonlySet<string>,
  left: number,
  seen: Seen,
  plan: RolloutPlan,
): string | undefined {
  const unavailable = states.filter(one => isUnavailable(one, seen, plan));
  const down = unavailable.filter(
    ({ state, node }) => state !== 'window' && (state !== 'outdated' || skipped.has(node.name)),
  );
  if (down.length === 0 || (left > 0 && unavailable.length < limit)) return undefined;
  const why = down.slice(0, 3).map(one => `${one.node.name} (${whyDown(one)})`);
  return `calico-node is not Ready on ${why.join(', ')}${down.length > 3 ? ` and ${down.length - 3} more` : ''}`;
}

function whyDown(one: NodeState): string {
  if (one.state !== 'unready' && one.state !== 'outdated') return 'no pod';
  const { trouble, name } = one.pod;
  return trouble ? `Pod ${name}: ${trouble.reason}` : `Pod ${name}`;
}

const reasonsText = (reasons: readonly NodeReason[]): string =>
  `${reasons
    .slice(0, 3)
    .map(({ node, reason }) => `${node}: ${reason}`)
    .join('; ')}${reasons.length > 3 ? `; and ${reasons.length - 3} more` : ''}`;

/** The nodes to begin now: never more than `limit` down, those that are down for another reason counted. */
function begins(
  states: readonly NodeState[],
  next: readonly Candidate[],
  limit: number,
  seen: Seen,
  plan: RolloutPlan,
): readonly Action[] {
  const down = new Map(
    states
      .filter(one => isUnavailable(one, seen, plan))
      .map(({ node, state }) => [node.name, { node, isOpen: state === 'window' }]),
  );
  // In their order: one whose images are still on their way is waited for, and does not lose its turn.
  const free = next.filter(({ node }) => !seen.busy.has(node.name));
  const notPulled = free.findIndex(({ node }) => pullOf(node.name, seen, plan).state !== 'pulled');
  const ready = notPulled < 0 ? free : free.slice(0, notPulled);
  return ready.flatMap(({ node, pod }) => {
    const others = [...down.values()].filter(other => other.node.name !== node.name);
    const open = others.filter(({ isOpen }) => isOpen).length;
    const isDown = down.has(node.name);
    const hasRoom = isDown ? open < limit : others.length < limit;
    const isApart = !others.some(other => (other.isOpen || !isDown) && sameGroup(other.node, node, plan));
    if (!hasRoom || !isApart) return [];
    down.set(node.name, { node, isOpen: true });
    return [{ type: 'begin' as const, node, pod }];
  });
}

/** Whether two nodes have the same value of the label of which never two are down at once. */
function sameGroup(a: NodeFacts, b: NodeFacts, { spread }: RolloutPlan): boolean {
  if (spread === undefined) return false;
  const value = a.labels[spread];
  return value !== undefined && value === b.labels[spread];
}
