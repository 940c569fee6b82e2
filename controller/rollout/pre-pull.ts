import { hasImages, type PodFacts } from './pod-facts.ts';
import type { Action, RolloutPlan, Seen } from './types.ts';

/** How far the images of a node are. */
export type Pull =
  | { readonly state: 'none' | 'pulling' | 'pulled' }
  | {
      readonly state: 'failed';
      readonly reason: string;
      /** Its pod was given up by kubelet: it is to be made anew, for which it is deleted first. */
      readonly isToBeDeleted?: boolean;
      readonly isToBeMade?: boolean;
    };

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
  const before = seen.givenUp.get(node);
  const reason =
    (pod && isFor(pod, plan) ? givenUpReason(pod) : undefined) ??
    (before?.revision === plan.revision ? before.reason : undefined);
  if (!pod || !isFor(pod, plan))
    return reason === undefined ? { state: 'none' } : { state: 'failed', reason, isToBeMade: true };
  if (hasImages(pod)) return { state: 'pulled' };
  const passed = seen.now - (seen.pullingSince.get(pod.uid) ?? seen.now);
  if (reason !== undefined) {
    const isToBeDeleted = pod.givenUp !== undefined && passed > AFTER_GIVEN_UP_MS;
    return { state: 'failed', reason, isToBeDeleted };
  }
  const problem = pullProblem(pod, passed, seen, plan);
  return problem === undefined ? { state: 'pulling' } : { state: 'failed', reason: problem };
}

/** Why a pod that pulls images will not do so any more; undefined where it may. */
export const givenUpReason = ({ name, givenUp }: PodFacts): string | undefined =>
  givenUp && `Pod ${name}, which pulls its images, was given up by kubelet: ${givenUp}`;

function pullProblem(
  { trouble, images, pulled, uid }: PodFacts,
  passed: number,
  { pullErrors }: Seen,
  { prePullMs }: RolloutPlan,
): string | undefined {
  if (trouble && IMAGE_TROUBLES.has(trouble.reason))
    return `cannot pull ${images[trouble.container]}: ${pullErrors.get(uid) ?? (trouble.message || trouble.reason)}`;
  if (passed <= prePullMs) return undefined;
  const why = trouble ? `${trouble.reason} ${trouble.message}`.trim() : 'kubelet has not said why';
  const missing = Object.entries(images).flatMap(([name, image]) => (pulled.includes(name) ? [] : [image]));
  return `${missing.join(', ')} not pulled within ${prePullMs / 1000} s: ${why}`;
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

/** The pods that kubelet has given up are made anew after a time: the node is left out until one of them has its images. */
export function pullsToRepair(nodes: readonly string[], seen: Seen, plan: RolloutPlan): readonly Action[] {
  return nodes.flatMap((node): readonly Action[] => {
    const pull = pullOf(node, seen, plan);
    const pod = seen.prePulls.get(node);
    if (pull.state !== 'failed' || seen.busy.has(node) || pod?.isDeleting) return [];
    const isToBeDeleted = pull.isToBeDeleted || (pull.isToBeMade && pod);
    if (pod && isToBeDeleted) return [{ type: 'endPull', node, pod }];
    return pull.isToBeMade ? [{ type: 'pull', node }] : [];
  });
}
