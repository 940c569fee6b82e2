import type { Candidate } from './begin-nodes.ts';
import type { NodeFacts } from './node-facts.ts';
import { isUp, type NodeState } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import type { Action, RolloutPlan, Seen } from './types.ts';
import { hasConverged, type WindowVerdict } from './window.ts';

/** A node with our mark, and what was decided about it. */
export interface Judged {
  readonly one: NodeState & { readonly state: 'window' };
  readonly verdict: WindowVerdict;
}

/** The node as one to be replaced once more, where what its window was for is over; else undefined. */
export function candidateAgain(
  { one: { node, pod }, verdict }: Judged,
  seen: Seen,
  plan: RolloutPlan,
): Candidate | undefined {
  if (!verdict.mayBegin || !pod) return undefined;
  return {
    node,
    pod,
    isUp: isUntouched(node, pod) ? isUp(pod, plan) : hasConverged(pod, seen, plan),
    isOpen: true,
  };
}

/** What to do with a node while nothing may be begun: one that waits to be replaced once more is uncordoned, if it works as before. */
export function closingAction(
  { one: { node, pod }, verdict }: Judged,
  seen: Seen,
  plan: RolloutPlan,
): Action | undefined {
  if (verdict.action || !verdict.mayBegin || !pod) return verdict.action;
  return isUntouched(node, pod) || hasConverged(pod, seen, plan)
    ? { type: 'finish', node, seconds: undefined }
    : undefined;
}

/** Whether nothing was deleted: the pod that was to be is still there. */
const isUntouched = ({ replacing }: NodeFacts, { uid }: PodFacts): boolean => replacing?.pod === uid;
