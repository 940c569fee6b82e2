import type { FieldProblem } from './field-problem.ts';
import { labelProblems } from './metadata.ts';
import { nameProblems } from './names.ts';
import type { Rule } from './rule.ts';
import { rulesProblems } from './rule-problems.ts';

/** The spec of a Profile, its fields in the order in which Go writes them. */
export type ProfileSpec = {
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
  readonly labelsToApply?: Readonly<Record<string, string>>;
};

/** What Calico v3 would refuse of a profile (conversion reference, section 6). */
export function profileProblems(name: string, spec: ProfileSpec): FieldProblem[] {
  return [
    ...nameProblems('metadata.name', name),
    ...rulesProblems('spec.ingress', spec.ingress),
    ...rulesProblems('spec.egress', spec.egress),
    ...labelProblems('spec.labelsToApply', spec.labelsToApply),
  ];
}
