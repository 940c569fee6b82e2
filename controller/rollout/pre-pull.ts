import type { PodFacts } from './pod-facts.ts';
import type { Action, RolloutPlan, Seen } from './types.ts';

/** How far the images of a node are. */
export type Pull =
  | { readonly state: 'none' | 'pulling' | 'pulled' }
  | { readonly state: 'failed'; readonly reason: string; readonly isToBeMadeAnew?: boolean };

/** A pod that kubelet has given up does nothing any more: a new one may have more luck after this time. */
const AFTER_GIVEN_UP_MS = 30_000;

/** The words of kubelet for an image that it does not get. It goes on trying, with growing pauses. */
const IMAGE_TROUBLES = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** How far the images of a node are, by the pod that pulls them. */
export function pullOf(node: string, seen: Seen, plan: RolloutPlan): Pull {
  const pod = seen.prePulls.get(node);
  if (!pod || !isFor(pod, plan)) return { state: 'none' };
  const missing = Object.keys(pod.images).filter(name => !pod.pulled.includes(name));
  if (missing.length === 0) return { state: 'pulled' };
  const { trouble, givenUp } = pod;
  const passed = seen.now - (seen.pullingSince.get(pod.uid) ?? seen.now);
  if (givenUp !== undefined) {
    const reason = `Pod ${pod.name}, which pulls its images, was given up by kubelet: ${givenUp}`;
    return { state: 'failed', reason, isToBeMadeAnew: passed > AFTER_GIVEN_UP_MS };
  }
  if (trouble && IMAGE_TROUBLES.has(trouble.reason)) {
    return {
      state: 'failed',
      reason: `cannot pull ${pod.images[trouble.container]}: ${seen.pullErrors.get(pod.uid) ?? (trouble.message || trouble.reason)}`,
    };
  }
  if (passed > plan.prePullMs) {
    const why = trouble ? `${trouble.reason} ${trouble.message}`.trim() : 'kubelet has not said why';
    const images = missing.map(name => pod.images[name]).join(', ');
    return { state: 'failed', reason: `${images} not pulled within ${plan.prePullMs / 1000} s: ${why}` };
  }
  return { state: 'pulling' };
}

const isFor = (pod: PodFacts, { revision }: RolloutPlan): boolean =>
  !pod.isDeleting && (pod.revision ?? '') === revision;

/**
 * Which pods to make, so that the next nodes have their images before their turn: `next` are the nodes without the target, in
 * order. Nodes whose pull failed do not hold up those behind them.
 */
export function pullsToStart(
  next: readonly string[],
  seen: Seen,
  plan: RolloutPlan,
  ahead: number,
): readonly Action[] {
  const states = next.map(node => ({ node, pull: pullOf(node, seen, plan) }));
  const pulling = states.filter(
    ({ node, pull }) => pull.state === 'pulling' || seen.busy.get(node) === 'pull',
  ).length;
  return states
    .filter(({ pull }) => pull.state !== 'failed')
    .slice(0, ahead)
    .filter(
      ({ node, pull }) =>
        pull.state === 'none' && !seen.busy.has(node) && !seen.prePulls.get(node)?.isDeleting,
    )
    .slice(0, Math.max(0, plan.prePullParallel - pulling))
    .map(({ node }): Action => {
      const stale = seen.prePulls.get(node);
      return stale ? { type: 'endPull', node, pod: stale } : { type: 'pull', node };
    });
}

/** The pods that kubelet has given up and that are due to be made anew: they are deleted first. */
export function pullsToEnd(nodes: readonly string[], seen: Seen, plan: RolloutPlan): readonly Action[] {
  return nodes.flatMap(node => {
    const pull = pullOf(node, seen, plan);
    const pod = seen.prePulls.get(node);
    const isDue = pull.state === 'failed' && pull.isToBeMadeAnew && pod && !seen.busy.has(node);
    return isDue ? [{ type: 'endPull' as const, node, pod }] : [];
  });
}
