import { selectorProblems } from './entity-problems.ts';
import type { FieldProblem } from './field-problem.ts';
import { annotationProblems } from './metadata.ts';
import { policyNameProblems } from './names.ts';
import type { Rule } from './rule.ts';
import { rulesProblems } from './rule-problems.ts';

/** The spec of a GlobalNetworkPolicy, its fields in the order in which Go writes them. */
export type GlobalNetworkPolicySpec = {
  readonly order?: number;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
  readonly selector: string;
  readonly types: readonly ('Ingress' | 'Egress')[];
  readonly doNotTrack?: true;
  readonly preDNAT?: true;
  readonly applyOnForward?: true;
};

/**
 * What Calico v3 would refuse of a policy (conversion reference, section 6).
 * @param name without the prefix `default.` that it is stored with
 */
export function globalNetworkPolicyProblems(
  name: string,
  annotations: Readonly<Record<string, string>> | undefined,
  spec: GlobalNetworkPolicySpec,
): FieldProblem[] {
  return [
    ...policyNameProblems('metadata.name', name),
    ...annotationProblems('metadata.annotations', annotations),
    ...rulesProblems('spec.ingress', spec.ingress),
    ...rulesProblems('spec.egress', spec.egress),
    ...selectorProblems('spec.selector', spec.selector),
    ...typesProblems(spec),
    ...preDnatProblems(spec),
    ...forwardProblems(spec),
  ];
}

function typesProblems({ types }: GlobalNetworkPolicySpec): FieldProblem[] {
  if (new Set(types).size === types.length) return [];
  return [
    {
      field: 'spec.types',
      reason: `are ${types.join(', ')}, expected each type once`,
      fix: 'Remove the repeated type in etcd v2',
    },
  ];
}

function preDnatProblems({ preDNAT, doNotTrack, egress, types }: GlobalNetworkPolicySpec): FieldProblem[] {
  if (!preDNAT) return [];
  const problems: FieldProblem[] = [];
  if (doNotTrack) {
    problems.push({
      field: 'spec.preDNAT',
      reason: 'is true, and so is spec.doNotTrack, expected one of them at most',
      fix: 'Set pre_dnat or untracked to false in etcd v2',
    });
  }
  if (egress !== undefined) {
    problems.push({
      field: 'spec.egress',
      reason: `has ${egress.length} rules, expected none where spec.preDNAT is true`,
      fix: 'Remove the outbound rules in etcd v2, or set pre_dnat to false',
    });
  }
  if (types.includes('Egress')) {
    problems.push({
      field: 'spec.types',
      reason: `are ${types.join(', ')}, expected Ingress alone where spec.preDNAT is true`,
      fix: 'Remove egress from the types in etcd v2, or set pre_dnat to false',
    });
  }
  return problems;
}

function forwardProblems({ preDNAT, doNotTrack, applyOnForward }: GlobalNetworkPolicySpec): FieldProblem[] {
  if (applyOnForward || !(preDNAT || doNotTrack)) return [];
  return [
    {
      field: 'spec.applyOnForward',
      reason: 'is false, expected true where spec.preDNAT or spec.doNotTrack is true',
      fix: 'Set apply_on_forward to true in etcd v2',
    },
  ];
}
