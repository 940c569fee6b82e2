import type { Replacing } from './marks.ts';
import type { NodeFacts } from './node-facts.ts';
import { isTarget, isUp } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import type { Action, BgpFinding, RolloutPlan, Seen } from './types.ts';

/** What to do with a node whose replacement is under way. */
export interface WindowVerdict {
  readonly action?: Action;
  /** Why no other node must be touched. */
  readonly failure?: string;
  /** Whether its pod may be replaced once more: what the window was for is over. */
  readonly mayBegin?: boolean;
  /** After how many milliseconds to look again, whatever happens. */
  readonly wakeMs?: number;
  /** What it waits for. */
  readonly waitsFor: string;
}

/** BIRD ends its recovery by itself after 240 s (components reference, section 5). */
const RECOVERY_MS = 300_000;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_AFTER_BUDGET_MS = 10_000;

/** Decides on one node with our mark. Its pod is deleted once: a second deletion needs a new window, after this one is over. */
export function judgeWindow(
  node: NodeFacts,
  pod: PodFacts | undefined,
  seen: Seen,
  plan: RolloutPlan,
): WindowVerdict {
  const mark = node.replacing;
  if (!pod || pod.isDeleting) return noPod(node, pod, seen, plan);
  if (pod.uid === mark?.pod) return notedPod(node, pod, mark, seen, plan);
  if (isTarget(pod, plan)) return settle(node, pod, seen, plan);
  return otherPod(node, pod, seen, plan);
}

/** The pod that was to be deleted is still there: nothing has happened yet, unless this process has asked for it and does not see it yet. */
function notedPod(
  node: NodeFacts,
  pod: PodFacts,
  mark: Replacing,
  { deletedAt, adopted }: Seen,
  plan: RolloutPlan,
): WindowVerdict {
  const isAsked = deletedAt.has(node.name) && !adopted.has(node.name);
  if (isAsked || mark.revision === plan.revision)
    return { action: { type: 'delete', node, pod }, waitsFor: 'its old pod to be deleted' };
  return isTarget(pod, plan)
    ? { action: { type: 'finish', node, seconds: undefined }, waitsFor: 'the uncordon' }
    : { mayBegin: true, waitsFor: 'its turn' };
}

function elapsed(node: NodeFacts, { now, deletedAt }: Seen): number {
  return now - (deletedAt.get(node.name) ?? now);
}

/** Whether the neighbours no longer keep the routes of a node whose replacement is under way. */
export const isOverdue = (node: NodeFacts, seen: Seen, plan: RolloutPlan): boolean =>
  elapsed(node, seen) > plan.budgetMs;

const secondsText = (ms: number): string => `${Math.round(ms / 1000)} s`;

function noPod(node: NodeFacts, pod: PodFacts | undefined, seen: Seen, plan: RolloutPlan): WindowVerdict {
  const waitsFor = pod ? `Pod ${pod.name} to end` : 'the DaemonSet to make a pod';
  const passed = elapsed(node, seen);
  if (passed <= plan.budgetMs) return { waitsFor, wakeMs: plan.budgetMs - passed + 1 };
  return { waitsFor, failure: `${secondsText(passed)} after the deletion it still waits for ${waitsFor}` };
}

/**
 * A pod that is not of the wanted template, and not known to be the one that was to be deleted: where somebody edited our note, it may
 * have been replaced a moment ago.
 */
function otherPod(node: NodeFacts, pod: PodFacts, seen: Seen, plan: RolloutPlan): WindowVerdict {
  const leftMs = plan.budgetMs - elapsed(node, seen);
  const waitsFor = `Pod ${pod.name}, which is of another template`;
  const isSuperseded = node.replacing?.revision !== plan.revision;
  if (leftMs >= 0 && !isSuperseded) {
    return {
      waitsFor,
      wakeMs: leftMs + 1,
      failure: `Pod ${pod.name} was not made from the wanted template: somebody changed the DaemonSet, or its controller lags behind`,
    };
  }
  // A second restart before BGP has converged makes the neighbours drop the routes at once (RFC 4724).
  const isOver = leftMs < 0 ? !isUnasked(pod, seen, plan) : hasConverged(pod, seen, plan);
  return isOver
    ? { mayBegin: true, waitsFor }
    : { waitsFor, ...askIfDue(node, pod, seen.bgp.get(pod.uid), seen, plan) };
}

/** Whether nobody has asked for BGP of a pod that is up: after a restart of the controller it may have been there for long. */
const isUnasked = (pod: PodFacts, { bgp }: Seen, plan: RolloutPlan): boolean =>
  isUp(pod, plan) && plan.checksBgp && !bgp.has(pod.uid);

/** Whether a pod works, and, where that is looked at, BIRD has all its sessions. */
export const hasConverged = (pod: PodFacts, { bgp }: Seen, plan: RolloutPlan): boolean =>
  isUp(pod, plan) && (!plan.checksBgp || bgp.get(pod.uid)?.establishedAt !== undefined);

function settle(node: NodeFacts, pod: PodFacts, seen: Seen, plan: RolloutPlan): WindowVerdict {
  const passed = elapsed(node, seen);
  const bgp = seen.bgp.get(pod.uid);
  if (hasConverged(pod, seen, plan)) return finish(node, pod, bgp, seen, plan);
  if (pod.restarts > 0) {
    return {
      waitsFor: `Pod ${pod.name}`,
      failure: `calico-node in Pod ${pod.name} ended and was started again (${pod.restarts} times${troubleText(pod)})`,
      ...askIfDue(node, pod, bgp, seen, plan),
    };
  }
  const waitsFor = isUp(pod, plan)
    ? `BGP of Pod ${pod.name}${bgp ? ` (${bgp.problem})` : ''}`
    : `Pod ${pod.name} to be Ready${troubleText(pod)}`;
  const late =
    passed > plan.budgetMs && !isUnasked(pod, seen, plan)
      ? { failure: `${secondsText(passed)} after the deletion it still waits for ${waitsFor}` }
      : {};
  return { waitsFor, ...late, ...askIfDue(node, pod, bgp, seen, plan) };
}

const troubleText = ({ trouble }: PodFacts): string =>
  trouble ? `: ${trouble.container} ${trouble.reason} ${trouble.message}`.trimEnd() : '';

/** Asks BIRD when the pod is up and some time has passed since the last answer. */
function askIfDue(
  node: NodeFacts,
  pod: PodFacts,
  bgp: BgpFinding | undefined,
  seen: Seen,
  plan: RolloutPlan,
): Pick<WindowVerdict, 'action' | 'wakeMs'> {
  const leftMs = plan.budgetMs - elapsed(node, seen);
  if (!plan.checksBgp || !isUp(pod, plan)) return leftMs > 0 ? { wakeMs: leftMs + 1 } : {};
  const pause = leftMs > 0 ? pauseAfter(bgp?.asked ?? 0) : PAUSE_AFTER_BUDGET_MS;
  const waitMs = bgp ? bgp.askedAt + pause - seen.now : 0;
  if (waitMs <= 0) return { action: { type: 'ask', node, pod } };
  return { wakeMs: leftMs > 0 ? Math.min(waitMs, leftMs + 1) : waitMs };
}

const pauseAfter = (asked: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (asked - 1), LONGEST_PAUSE_MS);

function finish(
  node: NodeFacts,
  pod: PodFacts,
  bgp: BgpFinding | undefined,
  seen: Seen,
  plan: RolloutPlan,
): WindowVerdict {
  const took = replacementMs(node, pod, bgp, seen);
  if (plan.checksBgp && bgp?.isRecovering && elapsed(node, seen) < RECOVERY_MS) {
    return {
      waitsFor: 'BIRD to have the routes of all its neighbours',
      ...askIfDue(node, pod, bgp, seen, plan),
    };
  }
  const seconds = took === undefined ? undefined : Math.round(took / 100) / 10;
  const action: Action = { type: 'finish', node, seconds };
  const waitsFor = 'the uncordon';
  return took !== undefined && took > plan.budgetMs
    ? {
        action,
        waitsFor,
        failure: `from the deletion of its pod to Ready with BGP it took ${seconds} s, more than the ${secondsText(plan.budgetMs)} for which its neighbours keep its routes`,
      }
    : { action, waitsFor };
}

/** How long the replacement took; undefined where its begin was not noted down. */
function replacementMs(
  node: NodeFacts,
  pod: PodFacts,
  bgp: BgpFinding | undefined,
  seen: Seen,
): number | undefined {
  const startedAt = seen.deletedAt.get(node.name);
  if (node.replacing === undefined || startedAt === undefined) return undefined;
  if (!seen.adopted.has(node.name)) return (bgp?.establishedAt ?? seen.now) - startedAt;
  // Nobody looked when it became Ready; kubelet noted it down.
  const ready = Date.parse(pod.readySince ?? '') - Date.parse(node.replacing.since);
  return Number.isNaN(ready) ? (bgp?.establishedAt ?? seen.now) - startedAt : Math.max(0, ready);
}
