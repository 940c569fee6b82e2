import type { NodeCounts } from '../../jobs/lib/calico/upgrade/status.ts';
import { candidateAgain, closingAction, type Judged } from './again.ts';
import type { Candidate } from './begin-nodes.ts';
import type { NodeFacts } from './node-facts.ts';
import { isLost, isUp, type NodeState, nodeStates } from './node-state.ts';
import { rankOf } from './order.ts';
import { placementProblem } from './placement.ts';
import { pullOf } from './pre-pull.ts';
import { skippedBlock, startNodes } from './start.ts';
import type { Action, Block, NodeReason, RolloutPlan, Seen } from './types.ts';
import { isOverdue, judgeWindow } from './window.ts';

/** What to do next, and what to say of it. */
export interface Decision {
  readonly actions: readonly Action[];
  /** Nodes that failed: no other node may be touched until a person has looked. */
  readonly failures: readonly NodeReason[];
  /**
   * Nodes that a person knows of who says to go on: those that failed, and those over their budget, which fail once more as
   * soon as BIRD has answered.
   */
  readonly troubled: readonly string[];
  /** Nodes that are left out: they are not Ready, do not get the images, or would get no pod any more. */
  readonly skipped: readonly NodeReason[];
  readonly counts: Omit<NodeCounts, 'failed'>;
  readonly currentNodes: readonly string[];
  /** Why no further node is begun although some are left, where it is not simply their turn. */
  readonly blocked: Block | undefined;
  readonly message: string;
  /** Every node has the target, or is not Ready. */
  readonly isDone: boolean;
  /** Whether no replacement is under way that anybody waits for. */
  readonly isIdle: boolean;
  /** Whether images are on their way to a node. */
  readonly isPulling: boolean;
  /** After how many milliseconds to decide anew, even if nothing changes. */
  readonly wakeMs: number | undefined;
}

/**
 * Decides about all nodes at once. `mayBegin` is false while it is paused, stopped, or being deleted: then nodes whose
 * replacement is under way are finished, and no other is begun.
 */
export function decide(seen: Seen, plan: RolloutPlan, mayBegin: boolean): Decision {
  const nodes = nodeStates(seen, plan);
  const states = nodes.inScope;
  const windows = states
    .filter(one => one.state === 'window')
    .map(one => ({ one, verdict: judgeWindow(one.node, one.pod, seen, plan) }));
  const failures = windows.flatMap(({ one, verdict }) =>
    verdict.failure === undefined || seen.acknowledged.has(one.node.name)
      ? []
      : [{ node: one.node.name, reason: failureText(verdict.failure, one.node) }],
  );
  const candidates = candidatesOf(states, windows, seen, plan);
  const skipped = skippedOf(states, candidates, seen, plan);
  const begin = mayBegin && failures.length === 0;
  const start = begin
    ? startNodes(nodes, candidates, skipped, seen, plan)
    : { actions: [], blocked: undefined, wakeMs: undefined };
  const isDone =
    candidates.length === 0 &&
    states.every(one => one.state === 'updated' || one.state === 'notReady' || isGivenUp(one, seen, plan)) &&
    skippedBlock(states, skipped, plan) === undefined;
  const actions = [
    ...windows
      .filter(judged => !isUntold(judged, seen))
      .flatMap(judged => (mayBegin ? judged.verdict.action : closingAction(judged, seen, plan)) ?? []),
    ...start.actions,
    ...uselessPulls(isDone ? [] : states, seen),
  ].filter(action => !seen.busy.has(nodeName(action)));
  return {
    actions,
    failures,
    troubled: [
      ...failures.map(({ node }) => node),
      ...windows.filter(({ one }) => isOverdue(one.node, seen, plan)).map(({ one }) => one.node.name),
    ],
    skipped,
    counts: {
      total: states.length,
      updated: states.filter(({ state }) => state === 'updated').length,
      current: windows.length,
      skipped: skipped.length,
    },
    currentNodes: windows.map(({ one }) => one.node.name),
    blocked: start.blocked,
    message: messageOf(windows, start.blocked?.text, candidates.length),
    isDone,
    isIdle: windows.every(({ one }) => isGivenUp(one, seen, plan)),
    isPulling: [...seen.prePulls.keys()].some(node => pullOf(node, seen, plan).state === 'pulling'),
    wakeMs: earliest([
      start.wakeMs,
      ...windows.map(judged => (isUntold(judged, seen) ? 1 : judged.verdict.wakeMs)),
    ]),
  };
}

/**
 * Whether a node was over its budget and would be finished before anybody knows: a controller that is killed in between would leave
 * nothing that says so, and the next one would go on with other nodes.
 */
const isUntold = ({ one: { node }, verdict }: Judged, { told, acknowledged }: Seen): boolean =>
  verdict.failure !== undefined &&
  verdict.action?.type === 'finish' &&
  !told.has(node.name) &&
  !acknowledged.has(node.name);

/** Whether a node went away in the middle of its replacement, and a person knows: it is left out like any other that is not Ready. */
const isGivenUp = (one: NodeState, seen: Seen, plan: RolloutPlan): boolean =>
  isLost(one, seen, plan) && seen.acknowledged.has(one.node.name);

const failureText = (failure: string, { isReady }: NodeFacts): string =>
  isReady ? failure : `${failure}; the node is not Ready`;

export const nodeName = ({ node }: Action): string => (typeof node === 'string' ? node : node.name);

function candidatesOf(
  states: readonly NodeState[],
  windows: readonly Judged[],
  seen: Seen,
  plan: RolloutPlan,
): readonly Candidate[] {
  const outdated = states.flatMap(one =>
    one.state === 'outdated'
      ? [{ node: one.node, pod: one.pod, isUp: isUp(one.pod, plan), isOpen: false }]
      : [],
  );
  const again = windows.flatMap(judged => candidateAgain(judged, seen, plan) ?? []);
  const sorted = outdated.sort((a, b) => rankOf(a.node, a.isUp, plan) - rankOf(b.node, b.isUp, plan));
  return [...again, ...sorted];
}

function skippedOf(
  states: readonly NodeState[],
  candidates: readonly Candidate[],
  seen: Seen,
  plan: RolloutPlan,
): readonly NodeReason[] {
  const notReady = states
    .filter(one => one.state === 'notReady' || isLost(one, seen, plan))
    .map(({ node }) => ({ node: node.name, reason: 'the node is not Ready' }));
  const irreplaceable = candidates.flatMap(({ node }) => {
    const problem = placementProblem(node, plan.placement);
    if (problem !== undefined)
      return [{ node: node.name, reason: `${problem}: its pod would not be made anew` }];
    const pull = pullOf(node.name, seen, plan);
    return pull.state === 'failed' ? [{ node: node.name, reason: pull.reason }] : [];
  });
  return [...notReady, ...irreplaceable];
}

/** Pods that pull images for nodes that have the target, or are gone; in the end also for those that are left out. */
function uselessPulls(states: readonly NodeState[], seen: Seen): readonly Action[] {
  const needed = new Set(states.filter(({ state }) => state !== 'updated').map(({ node }) => node.name));
  return [...seen.prePulls].flatMap(([node, pod]) =>
    needed.has(node) || pod.isDeleting ? [] : [{ type: 'endPull' as const, node, pod }],
  );
}

function messageOf(windows: readonly Judged[], blocked: string | undefined, left: number): string {
  if (windows.length === 0)
    return blocked ?? (left > 0 ? `${left} nodes are left` : 'every node is as wanted');
  const [first] = windows;
  const more = windows.length > 1 ? ` (and ${windows.length - 1} more nodes)` : '';
  return `${first?.one.node.name} waits for ${first?.verdict.waitsFor}${more}${blocked ? `; ${blocked}` : ''}`;
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter(time => time !== undefined);
  return known.length === 0 ? undefined : Math.max(1, Math.min(...known));
}
