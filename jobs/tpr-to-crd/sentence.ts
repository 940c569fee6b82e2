import { CALICO_NAMESPACE } from '../lib/calico/tpr-kinds.ts';
import { countOf } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

type Counts = Readonly<Record<string, number>>;

/** What a dry run says at its end. */
export function plannedSentence(counts: Counts, plan: Plan): string {
  const { toCreate, toOverwrite, unchanged, nodesToChange = 0, invalid = 0 } = counts;
  const nodes = nodesToChange > 0 ? `, ${countOf(nodesToChange, 'node')} to change` : '';
  const skipped = invalid > 0 ? `, ${invalid} invalid to leave out` : '';
  const kept = plan.actions.keep.length > 0 ? `, ${plan.actions.keep.length} that differ to keep` : '';
  return `dry run: ${toCreate} to create, ${toOverwrite} to overwrite, ${unchanged} unchanged${nodes}${kept}${skipped}`;
}

/** What a finished run says at its end. */
export function doneSentence(counts: Counts, plan: Plan): string {
  const {
    found = 0,
    created,
    overwritten,
    unchanged,
    invalid = 0,
    nodesChanged = 0,
    otherNamespaces = 0,
  } = counts;
  if (found === 0 && nodesChanged === 0 && invalid === 0) {
    const strays =
      otherNamespaces > 0 ? ` (${countOf(otherNamespaces, 'object')} in other namespaces left alone)` : '';
    return `nothing to migrate: no ThirdPartyResource object in ${CALICO_NAMESPACE}${strays}; the CustomResourceDefinitions of Calico 2.5 are in place`;
  }
  const nodes = nodesChanged > 0 ? `, IPv6 peers of ${countOf(nodesChanged, 'node')} renamed` : '';
  const kept =
    plan.actions.keep.length > 0 ? `, ${plan.actions.keep.length} that differ kept as they were` : '';
  const skipped = invalid > 0 ? `, ${invalid} invalid left out` : '';
  const orphans = plan.actions.untouched.length;
  const untouched =
    orphans > 0 ? `, ${countOf(orphans, 'CRD object')} without ThirdPartyResource left alone` : '';
  const whole = kept || skipped ? 'every other object' : 'every object';
  return `copied and verified: ${created} created, ${overwritten} overwritten, ${unchanged} unchanged${nodes}${kept}${skipped}${untouched}; ${whole} has its copy for Calico 2.5`;
}
