import type { Comparison } from '../lib/calico/networkpolicy/comparison.ts';
import { countOf } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';
import type { Done } from './target.ts';

/** `1 NetworkPolicy`, `2 NetworkPolicies`. */
export const policiesText = (count: number): string => countOf(count, 'NetworkPolicy', 'NetworkPolicies');

/** The counts of a report before anything was written. */
export function planCounts(plan: Plan): Readonly<Record<string, number>> {
  const { namespaces, create, remove } = plan;
  return {
    namespaces: namespaces.length,
    isolated: namespaces.filter(({ isolation }) => isolation.isolated).length,
    policies: namespaces.reduce((sum, { policies }) => sum + policies.length, 0),
    toCreate: create.length,
    toDelete: remove.length,
    refused: plan.problems.length,
  };
}

/** The counts of a report of a run that has written. */
export function doneCounts(plan: Plan, done: Done): Readonly<Record<string, number>> {
  const { toCreate: _, toDelete: __, refused: ___, ...found } = planCounts(plan);
  return { ...found, created: done.created.size, deleted: done.deleted.size };
}

/** What was compared, for reports. */
export const comparisonCounts = ({ pairs, ports, differing }: Comparison) => ({ pairs, ports, differing });

/** What a dry run says at its end. */
export function plannedSentence({ create, remove }: Plan, { pairs, ports }: Comparison): string {
  return `dry run: ${create.length} default-deny to create, ${policiesText(remove.length)} to delete; ${pairsText(pairs, ports)} keep their verdicts`;
}

/** What a finished run says at its end; `reported` is how many policies change their meaning in another way. */
export function doneSentence(done: Done, { pairs, ports }: Comparison, reported: number): string {
  const { created, deleted } = done;
  const others = reported > 0 ? `; ${reported} further changes of meaning are in the log` : '';
  if (created.size === 0 && deleted.size === 0) {
    return `nothing to convert: under v1 semantics ${pairsText(pairs, ports)} keep their verdicts as it is${others}`;
  }
  return `converted and verified: ${created.size} default-deny created, ${policiesText(deleted.size)} deleted; under v1 semantics ${pairsText(pairs, ports)} keep their verdicts${others}`;
}

const pairsText = (pairs: number, ports: number): string =>
  `${pairs.toLocaleString('en-US')} pairs of pods on ${ports.toLocaleString('en-US')} ports`;
