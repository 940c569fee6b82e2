import { createHash } from 'node:crypto';
import { isRecord } from '../../kubernetes/object.ts';

/**
 * Tells one spec from another: the same for the same fields in any order, as JSON has them. It is of the spec as it is stored, so
 * that one that is not valid has one, too. 16 hexadecimal digits.
 */
export function fingerprint(spec: unknown): string {
  const text = JSON.stringify(ordered(spec)) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, field]): [string, unknown] => [name, ordered(field)]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
