import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { parseAsNumber } from './as-number.ts';
import { readGoFields } from './go-json.ts';
import { type GoIp, nameToIp } from './go-net.ts';
import { crdObject } from './metadata.ts';
import { tprText, valueText } from './object-text.ts';
import { peerName } from './peer-name.ts';
import { type Converted, converted, failed, type Note, type Problem } from './problem.ts';
import type { TprKind } from './tpr-kinds.ts';
import { unknownField } from './unknown-field.ts';

/**
 * GlobalBgpPeer to BGPPeer: the address moves from the name into the spec, and IPv6 names are written out in full
 * (tpr-to-crd reference, section 4 and section 10, rows 10, 11 and 13).
 */
export function convertGlobalBgpPeer(kind: TprKind, source: KubeObject): Converted<KubeObject> {
  const object = tprText(kind, source);
  const fields = readGoFields(isRecord(source.spec) ? source.spec : {}, ['asNumber']);
  const asNumber = parseAsNumber(fields.last('asNumber'));
  const ip = nameToIp(source.metadata.name);
  const problems = [
    ...(ip === undefined ? [nameProblem(object, source.metadata.name)] : []),
    ...(asNumber === undefined ? [asNumberProblem(object, fields.last('asNumber'))] : []),
    ...fields.unknown.map(key => unknownField(object, `spec.${key}`)),
  ];
  if (problems.length > 0 || ip === undefined || asNumber === undefined) return failed(...problems);
  const spec = { asNumber, scope: 'global', peerIP: ip.text };
  return converted(crdObject(kind, source, peerName(ip), spec), peerNotes(object, source, ip, asNumber));
}

function nameProblem(object: string, name: string): Problem {
  return {
    object,
    field: 'metadata.name',
    reason: `${valueText(name)} stands for no IP address, and Calico 2.4 ignores the peer`,
    fix: 'Create the peer again under its address with dashes, such as 192-0-2-1, or delete the object',
  };
}

function asNumberProblem(object: string, found: unknown): Problem {
  return {
    object,
    field: 'spec.asNumber',
    reason: `is ${valueText(found)}, expected an AS number from 0 to 4294967295`,
    fix: 'Write the AS number of the peer, or delete the object',
  };
}

function peerNotes(object: string, source: KubeObject, ip: GoIp, asNumber: number): Note[] {
  const name = peerName(ip);
  const notes: Note[] = [];
  if (source.metadata.name !== name) {
    notes.push({ object, reason: `is written as ${name}, the name by which Calico 2.5 looks up ${ip.text}` });
  }
  if (asNumber === 0) notes.push({ object, reason: 'has AS number 0, which no BGP peer uses' });
  return notes;
}
