import { isRecord } from '../../kubernetes/object.ts';
import { valueText } from '../object-text.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import { kindOfItems, MANIFEST_KINDS, similarKind } from './kinds.ts';

const V3 = 'projectcalico.org/v3';

/** What a value is: an object of a kind, a list of them, or something that cannot be converted. */
export type Typed =
  | { readonly kind: string; readonly itemKind?: undefined }
  | { readonly itemKind: string }
  | { readonly problem: FieldProblem };

/**
 * Tells by `apiVersion` and `kind` what a value is. In a list of one kind both may be left out.
 * @param listed the kind that the list is of
 */
export function typeOf(value: unknown, listed?: string): Typed {
  if (!isRecord(value)) {
    return problem('', `is ${valueText(value)}, expected an object, or a list of objects`, WHOLE);
  }
  const { apiVersion = listed && 'v1', kind = listed } = value;
  if (apiVersion === V3) {
    return problem('apiVersion', `is ${V3}: the object has the form of v3 already`, ALREADY);
  }
  if (apiVersion !== 'v1') {
    return problem('apiVersion', `is ${valueText(apiVersion)}, expected v1`, NOT_CALICO);
  }
  if (listed !== undefined && kind !== listed) {
    return problem('kind', `is ${valueText(kind)}, expected ${listed} in a ${listed}List`, OTHER_LIST);
  }
  return typeOfKind(kind);
}

function typeOfKind(kind: unknown): Typed {
  const name = typeof kind === 'string' ? kind : '';
  if (MANIFEST_KINDS.has(name)) return { kind: name };
  const itemKind = kindOfItems(name);
  if (itemKind !== undefined) return { itemKind };
  const similar = similarKind(name);
  const known = [...MANIFEST_KINDS.keys()].join(', ');
  return problem(
    'kind',
    `is ${valueText(kind)}, expected ${known}, or a list of one of them such as policyList`,
    similar === undefined ? NOT_CALICO : `Write ${similar}`,
  );
}

const WHOLE = 'Write the object with apiVersion, kind, metadata and spec';
const ALREADY = 'Leave it out: calicoctl 3 applies it as it is';
const NOT_CALICO = 'Leave out what is not for calicoctl 1';
const OTHER_LIST = 'Write the object outside of the list';

const problem = (field: string, reason: string, fix: string): Typed => ({ problem: { field, reason, fix } });
