import type { NodeFacts } from './node-facts.ts';
import { placementProblem } from './placement.ts';
import type { PodFacts } from './pod-facts.ts';
import type { RolloutPlan, Seen } from './types.ts';

/** Where a node is in the rollout. `window`: from the mark on the Node until it is taken off. */
export type NodeState =
  | { readonly state: 'updated'; readonly node: NodeFacts }
  /** It has the target, but is not Ready, and no window is open: it crashed, or is new. */
  | { readonly state: 'unready'; readonly node: NodeFacts; readonly pod: PodFacts }
  | { readonly state: 'missing'; readonly node: NodeFacts }
  | { readonly state: 'outdated'; readonly node: NodeFacts; readonly pod: PodFacts }
  | { readonly state: 'notReady'; readonly node: NodeFacts }
  | { readonly state: 'window'; readonly node: NodeFacts; readonly pod: PodFacts | undefined };

/**
 * Whether a pod was made from the wanted template; a template that no upgrade has changed has no revision. The images are compared,
 * too: an annotation can be written by anyone.
 */
export function isTarget(
  pod: PodFacts,
  { revision, images }: Pick<RolloutPlan, 'revision' | 'images'>,
): boolean {
  const names = Object.keys(images);
  return (pod.revision ?? '') === revision && names.every(name => pod.images[name] === images[name]);
}

/** Whether a pod works as far as Kubernetes tells. */
export const isUp = (pod: PodFacts, { acceptsNotReady }: RolloutPlan): boolean =>
  !pod.isDeleting && (pod.isReady || (acceptsNotReady && pod.isRunning && pod.restarts === 0));

/** The nodes that have calico-node, or should. */
export interface NodeStates {
  /** Those that the rollout is for. */
  readonly inScope: readonly NodeState[];
  /** Those that the selector leaves out: not touched, but one that is down counts as any other. */
  readonly others: readonly NodeState[];
}

/** The state of every node, by what the cluster shows and nothing else. */
export function nodeStates(seen: Seen, plan: RolloutPlan): NodeStates {
  const inScope: NodeState[] = [];
  const others: NodeState[] = [];
  for (const node of seen.nodes.values()) {
    const pod = seen.pods.get(node.name);
    // A node with our mark is finished whatever the selectors say by now.
    if (!isMarked(node) && pod === undefined && placementProblem(node, plan.placement) !== undefined)
      continue;
    const isInScope = isMarked(node) || hasLabels(node, plan.selector);
    (isInScope ? inScope : others).push(stateOf(node, pod, plan));
  }
  return { inScope, others };
}

const hasLabels = ({ labels }: NodeFacts, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([label, value]) => labels[label] === value);

/** Whether a node has a mark of ours: on its replacement, or on its cordon alone where somebody edited the other. */
export const isMarked = ({ replacing, cordonedBy }: NodeFacts): boolean =>
  replacing !== undefined || cordonedBy !== undefined;

function stateOf(node: NodeFacts, pod: PodFacts | undefined, plan: RolloutPlan): NodeState {
  if (isMarked(node)) return { state: 'window', node, pod };
  if (!node.isReady) return { state: 'notReady', node };
  // Somebody deleted it: the DaemonSet makes a new one.
  if (!pod || pod.isDeleting) return { state: 'missing', node };
  if (!isTarget(pod, plan)) return { state: 'outdated', node, pod };
  return isUp(pod, plan) ? { state: 'updated', node } : { state: 'unready', node, pod };
}

/**
 * Whether a node is without a working calico-node, for whatever reason. One that is not Ready is left out of the rollout: at once, or
 * when the time for its replacement is over.
 */
export function isUnavailable(one: NodeState, seen: Seen, plan: RolloutPlan): boolean {
  if (one.state === 'outdated') return !isUp(one.pod, plan);
  if (one.state === 'window') return !isLost(one, seen, plan);
  return one.state === 'unready' || one.state === 'missing';
}

/** Whether a node went away in the middle of its replacement. */
export function isLost(
  { state, node }: NodeState,
  { now, deletedAt }: Seen,
  { budgetMs }: RolloutPlan,
): boolean {
  if (state !== 'window' || node.isReady) return false;
  const startedAt = deletedAt.get(node.name);
  return startedAt !== undefined && now - startedAt > budgetMs;
}
