import { isRecord } from '../kubernetes/object.ts';
import type { Problem } from './problem.ts';

/**
 * A problem for every number in a spec that is copied as it is, but cannot be: reading JSON has rounded it (an
 * integer beyond 2^53, or a number that is no longer finite).
 */
export function inexactNumbers(object: string, value: unknown, field = 'spec'): Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => inexactNumbers(object, item, `${field}[${index}]`));
  }
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, item]) => inexactNumbers(object, item, `${field}.${key}`));
  }
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return [];
  return [
    {
      object,
      field,
      reason: `the number ${value} is beyond ${Number.MAX_SAFE_INTEGER} and cannot be copied exactly`,
      fix: 'Write a smaller number, or write it as a string',
    },
  ];
}
