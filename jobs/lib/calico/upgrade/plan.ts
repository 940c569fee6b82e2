import { type Detected, type From, fromOf } from './detected.ts';
import { pathProblems } from './path.ts';
import { type Step, stepsOf } from './steps.ts';

/** The way of a cluster to a release; or why there is none. */
export type UpgradePlan =
  | { readonly from: From; readonly target: string; readonly steps: readonly Step[] }
  | { readonly problems: readonly string[] };

/**
 * What an upgrade has to do, by the cluster as it is and the release to go to (such as `2.6.12`). Each step has its reason, also
 * where it is not needed; what cannot be reached has the supported path.
 */
export function planUpgrade(detected: Detected, target: string): UpgradePlan {
  const problems = pathProblems(detected, target);
  const from = fromOf(detected);
  if (problems.length > 0 || !from) return { problems };
  return { from, target, steps: stepsOf({ detected, from, target }) };
}
