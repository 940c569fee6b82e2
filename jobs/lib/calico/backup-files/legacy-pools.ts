import type { KubeObject } from '../../kubernetes/object.ts';
import { type GoFields, parseGoObject } from '../go-json.ts';
import { nameToCidr, parseCidr, parseIp } from '../go-net.ts';
import { type Reading, readable, specValues, unreadable } from './reading.ts';

/** A pool as calicoctl 1.4 prints it. */
export interface LegacyPool {
  readonly apiVersion: 'v1';
  readonly kind: 'ipPool';
  readonly metadata: { readonly cidr: string };
  readonly spec: {
    readonly ipip?: { readonly enabled?: true; readonly mode?: string };
    readonly 'nat-outgoing'?: true;
    readonly disabled?: true;
  };
}

const STRINGS = ['cidr', 'ipip', 'ipip_mode'] as const;
const BOOLEANS = ['masquerade', 'ipam', 'disabled'] as const;
type Field = (typeof STRINGS)[number] | (typeof BOOLEANS)[number];

/**
 * Reads an IpPool as calicoctl 1.4 does. It is more lenient than the conversion: a pool may have any valid name,
 * any mode, host bits, unknown fields, even no CIDR at all.
 */
export function readPool(object: KubeObject): Reading<LegacyPool> {
  const values = specValues(object, 'value');
  if (values === undefined) return unreadable('spec is no object');
  if (!values.every(value => typeof value === 'string')) return unreadable('spec.value is no string');
  if (nameToCidr(object.metadata.name) === undefined) return unreadable('the name is not that of a CIDR');
  const fields = parseGoObject(values.at(-1) ?? '', [...STRINGS, ...BOOLEANS]);
  if (fields === undefined) return unreadable('spec.value is no JSON object');
  if (!hasTypes(fields)) return unreadable('a field in spec.value has the wrong type');
  const cidr = cidrText(fields.all('cidr'));
  return cidr === undefined ? unreadable('spec.value.cidr is no CIDR') : readable(legacyPool(cidr, fields));
}

function hasTypes(fields: GoFields<Field>): boolean {
  return (
    STRINGS.every(field => fields.all(field).every(value => typeof value === 'string')) &&
    BOOLEANS.every(field => fields.all(field).every(value => typeof value === 'boolean'))
  );
}

/** Calico also takes a single address, and prints an absent or empty CIDR as Go prints nothing. */
function cidrText(values: readonly unknown[]): string | undefined {
  const texts = values.map(value => {
    if (value === '') return '<nil>';
    const ip = parseIp(String(value));
    return ip ? `${ip.text}/${ip.version === 4 ? 32 : 128}` : parseCidr(String(value))?.text;
  });
  return texts.includes(undefined) ? undefined : (texts.at(-1) ?? '<nil>');
}

function legacyPool(cidr: string, fields: GoFields<Field>): LegacyPool {
  const mode = String(fields.last('ipip_mode') ?? '');
  const enabled = String(fields.last('ipip') ?? '') !== '';
  return {
    apiVersion: 'v1',
    kind: 'ipPool',
    metadata: { cidr },
    spec: {
      ...((enabled || mode !== '') && {
        ipip: { ...(enabled && { enabled }), ...(mode !== '' && { mode }) },
      }),
      ...(fields.last('masquerade') === true && { 'nat-outgoing': true }),
      ...(fields.last('disabled') === true && { disabled: true }),
    },
  };
}
