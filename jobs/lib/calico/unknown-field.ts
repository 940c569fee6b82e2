import type { Problem } from './problem.ts';

/** The problem of a field that Calico does not know: it ignores it, so a copy would lose it. */
export function unknownField(object: string, field: string): Problem {
  return {
    object,
    field,
    reason: 'is a field that Calico 2.4 does not know and ignores, and it would be lost',
    fix: 'Remove the field from the object',
  };
}
