import type { FieldProblem } from './field-problem.ts';

/** What is wrong with the name of an interface: 15 characters at most, or `*` for all of a host. */
export function interfaceProblems(field: string, name: string): FieldProblem[] {
  if (name === '*' || /^[a-zA-Z0-9_.-]{1,15}$/.test(name)) return [];
  return [
    {
      field,
      reason: `is '${name}', expected 1 to 15 letters, digits, '-', '_' and '.'`,
      fix: 'Correct the name of the interface in etcd v2, or delete the endpoint',
    },
  ];
}
