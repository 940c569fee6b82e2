import type { Datastore } from '../lib/calico/datastore.ts';
import { type Comparison, compareViews, differenceText } from '../lib/calico/networkpolicy/comparison.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { monotonicMs } from '../lib/run/abort.ts';
import type { Failure } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { durationText } from '../lib/run/progress.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';
import { clusterOf, type Moment, viewsOf } from './view.ts';

/** The policies as a plan leaves them. */
export function policiesAfter(policies: readonly KubeObject[], plan: Plan): readonly KubeObject[] {
  const removed = new Set(plan.remove);
  return [...policies.filter(policy => !removed.has(policy)), ...plan.create];
}

/**
 * Compares two moments of a cluster for every pair of pods and every port. Logs how many these are; throws what
 * `failure` makes of the pairs where any verdict differs.
 */
export function prove(
  snapshot: Snapshot,
  datastore: Datastore,
  moments: readonly [before: Moment, after: Moment],
  log: Log,
  failure: (sentence: string, pairs: readonly string[]) => Failure,
): Comparison {
  const start = monotonicMs();
  const [before, after] = viewsOf(moments);
  const comparison = compareViews(clusterOf(snapshot, datastore), before, after);
  const { pairs, ports, classes, differing, differences } = comparison;
  const looked = `${count(pairs)} pairs of pods on ${count(ports)} ports, in ${count(classes)} classes, compared in ${durationText(monotonicMs() - start)}`;
  if (differing === 0) {
    log.info(`${looked}: every verdict is the same before and after`);
    return comparison;
  }
  log.warn(`${looked}: ${count(differing)} verdicts differ`);
  throw failure(
    `${count(differing)} verdicts differ between before and after, of ${count(pairs)} pairs of pods on ${count(ports)} ports`,
    differences.map(differenceText),
  );
}

/** `12,500,000`: such numbers are read by people. */
const count = (number: number): string => number.toLocaleString('en-US');
