import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { readGoFields } from './go-json.ts';
import { cidrToName, type GoCidr, nameToCidr, parseCidr } from './go-net.ts';
import { poolProblems } from './ip-pool-rules.ts';
import { type PoolValue, readPoolValue } from './ip-pool-value.ts';
import { crdObject } from './metadata.ts';
import { tprText, valueText } from './object-text.ts';
import { type Converted, converted, failed, type Note, type Problem } from './problem.ts';
import type { TprKind } from './tpr-kinds.ts';
import { unknownField } from './unknown-field.ts';

/**
 * IpPool to IPPool: the JSON text in the spec becomes fields, and the name is derived anew from the CIDR
 * (tpr-to-crd reference, section 4 and section 10, rows 10 to 13).
 */
export function convertIpPool(kind: TprKind, source: KubeObject): Converted<KubeObject> {
  const object = tprText(kind, source);
  const fields = readGoFields(isRecord(source.spec) ? source.spec : {}, ['value']);
  const { value, problems } = readPoolValue(object, fields.last('value'));
  const all = [
    ...nameProblems(object, source.metadata.name),
    ...problems,
    ...(value ? poolProblems(object, value) : []),
    ...fields.unknown.map(key => unknownField(object, `spec.${key}`)),
  ];
  const cidr = value?.cidr === undefined ? undefined : parseCidr(value.cidr);
  if (all.length > 0 || value === undefined || cidr === undefined) return failed(...all);
  return converted(
    crdObject(kind, source, cidrToName(cidr), poolSpec(cidr, value)),
    poolNotes(object, source, cidrToName(cidr), value),
  );
}

/** Calico leaves out what is false or empty. */
function poolSpec(cidr: GoCidr, value: PoolValue): Readonly<Record<string, unknown>> {
  const ipip = {
    ...(value.ipip !== '' && { enabled: true }),
    ...(value.ipipMode !== '' && { mode: value.ipipMode }),
  };
  return {
    cidr: cidr.text,
    ...(Object.keys(ipip).length > 0 && { ipip }),
    ...(value.masquerade && { 'nat-outgoing': true }),
    ...(value.disabled && { disabled: true }),
  };
}

function nameProblems(object: string, name: string): Problem[] {
  if (nameToCidr(name) !== undefined) return [];
  return [
    {
      object,
      field: 'metadata.name',
      reason: `${valueText(name)} stands for no CIDR, and Calico 2.4 ignores the pool`,
      fix: 'Write the pool with calicoctl apply if it is wanted, and delete this object',
    },
  ];
}

function poolNotes(object: string, source: KubeObject, name: string, value: PoolValue): Note[] {
  const notes: Note[] = [];
  if (source.metadata.name !== name) {
    notes.push({ object, reason: `is written as ${name}, the name that belongs to its cidr` });
  }
  if (value.ipam === value.disabled) {
    const state = value.disabled ? 'disabled' : 'enabled';
    notes.push({ object, reason: `ipam contradicts disabled, which counts: the pool is ${state}` });
  }
  if (value.ipip !== '' && value.ipip !== 'tunl0') {
    notes.push({ object, reason: `ipip is ${valueText(value.ipip)}: any name switches IPIP on` });
  }
  return notes;
}
