import { type GoFields, parseGoObject } from './go-json.ts';
import { valueText } from './object-text.ts';
import type { Problem } from './problem.ts';
import { unknownField } from './unknown-field.ts';

/** What the JSON text in an IpPool says (tpr-to-crd reference, section 2.1). Absent fields are '' or false. */
export interface PoolValue {
  /** `undefined` if there is none. */
  readonly cidr: string | undefined;
  readonly ipip: string;
  readonly ipipMode: string;
  readonly masquerade: boolean;
  /** `undefined` if there is none; redundant. */
  readonly ipam: boolean | undefined;
  readonly disabled: boolean;
}

const STRINGS = ['cidr', 'ipip', 'ipip_mode'] as const;
const BOOLEANS = ['masquerade', 'ipam', 'disabled'] as const;
type Field = (typeof STRINGS)[number] | (typeof BOOLEANS)[number];

/** Reads `spec.value` of an IpPool, keys in any case as Calico does; all that is wrong with its form is a problem. */
export function readPoolValue(
  object: string,
  text: unknown,
): { readonly value?: PoolValue; readonly problems: readonly Problem[] } {
  const fields = typeof text === 'string' ? parseGoObject(text, [...STRINGS, ...BOOLEANS]) : undefined;
  if (fields === undefined) return { problems: [noPool(object, text)] };
  const problems = [
    ...STRINGS.flatMap(field => wrongTypes(object, fields, field, 'string')),
    ...BOOLEANS.flatMap(field => wrongTypes(object, fields, field, 'boolean')),
    ...fields.unknown.map(key => unknownField(object, `spec.value.${key}`)),
  ];
  if (fields.all('cidr').length === 0) problems.unshift(noCidr(object));
  return { value: poolValue(fields), problems };
}

function poolValue(fields: GoFields<Field>): PoolValue {
  const text = (field: Field) => {
    const value = fields.last(field);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    cidr: text('cidr'),
    ipip: text('ipip') ?? '',
    ipipMode: text('ipip_mode') ?? '',
    masquerade: fields.last('masquerade') === true,
    ipam: fields.all('ipam').length > 0 ? fields.last('ipam') === true : undefined,
    disabled: fields.last('disabled') === true,
  };
}

function wrongTypes(
  object: string,
  fields: GoFields<Field>,
  field: Field,
  type: 'string' | 'boolean',
): Problem[] {
  return fields
    .all(field)
    .filter(value => typeof value !== type)
    .map(value => ({
      object,
      field: `spec.value.${field}`,
      reason: `is ${valueText(value)}, expected a ${type}, and Calico 2.4 ignores the pool`,
      fix: type === 'string' ? 'Write the value in quotes' : 'Write true or false, without quotes',
    }));
}

function noPool(object: string, text: unknown): Problem {
  return {
    object,
    field: 'spec.value',
    reason: `is ${valueText(text)}, expected a pool as a JSON object in a string`,
    fix: 'Write the pool with calicoctl apply, or delete the object',
  };
}

function noCidr(object: string): Problem {
  return {
    object,
    field: 'spec.value.cidr',
    reason: 'is missing, expected the CIDR of the pool',
    fix: 'Write the CIDR of the pool, or delete the object',
  };
}
