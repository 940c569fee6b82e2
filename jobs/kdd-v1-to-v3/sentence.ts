import type { Plan } from './plan.ts';

type Numbers = Readonly<Record<string, number>>;

/** What a dry run says at its end. */
export function plannedSentence(counts: Numbers, plan: Plan): string {
  const { toCreate, toOverwrite, unchanged, invalid = 0 } = counts;
  const kept = plan.actions.keep.length > 0 ? `, ${plan.actions.keep.length} that differ to keep` : '';
  const skipped = invalid > 0 ? `, ${invalid} invalid to leave out` : '';
  return `dry run: ${toCreate} to create, ${toOverwrite} to overwrite, ${unchanged} unchanged${kept}${skipped}`;
}

/** What a finished run says at its end. */
export function doneSentence(counts: Numbers, plan: Plan, policiesLeft: number): string {
  const { created, overwritten, unchanged, invalid = 0 } = counts;
  const kept =
    plan.actions.keep.length > 0 ? `, ${plan.actions.keep.length} that differ kept as they were` : '';
  const skipped = invalid > 0 ? `, ${invalid} invalid left out` : '';
  const policies =
    policiesLeft > 0
      ? `; GlobalNetworkPolicies are left as they are (${policiesLeft}): run again when every node runs 3.0`
      : '';
  return `written and verified: ${created} created, ${overwritten} overwritten, ${unchanged} unchanged${kept}${skipped}; the configuration is there for Calico 3.0${policies}`;
}
