import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { readGoFields } from '../go-json.ts';

/** An object as calicoctl 1.4 reads it, or why it cannot. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

export const readable = <T>(value: T): Reading<T> => ({ ok: true, value });

export const unreadable = (reason: string): Reading<never> => ({ ok: false, reason });

/**
 * The values that Go would find for one field of the spec, with keys in any case, nulls left out; `undefined` if
 * the spec is something else than an object. Without a spec there are none.
 */
export function specValues(object: KubeObject, field: string): readonly unknown[] | undefined {
  const specs = readGoFields(object, ['spec']).all('spec');
  if (!specs.every(isRecord)) return undefined;
  return specs.flatMap(spec => readGoFields(spec, [field]).all(field));
}
