import type { FieldProblem } from './field-problem.ts';

/** The longest name that Kubernetes and Calico take, in characters. */
const LONGEST = 253;

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/** Whether a text is a DNS-1123 subdomain; its length is not looked at. */
export const isDnsSubdomain = (text: string): boolean => DNS_SUBDOMAIN.test(text);

/** What is wrong with an object's name: a DNS-1123 subdomain (conversion reference, section 6). */
export function nameProblems(field: string, name: string): FieldProblem[] {
  const form = isDnsSubdomain(name) ? [] : [badForm(field, name, "'-' or '.'")];
  return [...form, ...lengthProblems(field, name)];
}

/** What is wrong with the name of a GlobalNetworkPolicy, without the prefix it is stored with: it has no dots. */
export function policyNameProblems(field: string, name: string): FieldProblem[] {
  const form = DNS_LABEL.test(name) ? [] : [badForm(field, name, "'-'")];
  return [...form, ...lengthProblems(field, name)];
}

/** What is wrong with a reference to an object by name, as in `spec.node` or `spec.profiles`; of any length. */
export function referenceProblems(field: string, name: string): FieldProblem[] {
  return isDnsSubdomain(name) ? [] : [badForm(field, name, "'-' or '.'")];
}

function lengthProblems(field: string, name: string): FieldProblem[] {
  if (name.length <= LONGEST) return [];
  return [
    {
      field,
      reason: `has ${name.length} characters, expected ${LONGEST} at most`,
      fix: 'Give the object a shorter name in etcd v2',
    },
  ];
}

function badForm(field: string, name: string, others: string): FieldProblem {
  return {
    field,
    reason: `is '${name}', expected small letters, digits and ${others}, with a letter or digit at both ends`,
    fix: 'Rename the object in etcd v2, where it is defined and where it is referred to',
  };
}
