import { parseIp } from '../go-net.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import { nameProblems, referenceProblems } from '../v3/names.ts';
import { clusterEntry } from '../v3/storage.ts';
import { addConversionError, addValidationErrors, type Findings, findingsOf } from './findings.ts';
import { objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { readIp } from './json-readers.ts';
import { convertNodeName, ipName } from './names.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, unconverted, validated } from './unit-result.ts';

const PEER = objectOf(struct('ip', 'as_num'));

/** A BGPPeer before it is checked. */
export interface PeerFields {
  readonly name: string;
  readonly spec: { readonly node?: string; readonly peerIP: string; readonly asNumber: number };
}

/** A peer below `/calico/bgp/v1` to a BGPPeer (conversion reference, section 3.2). Its address is that of the value. */
export function convertBgpPeer(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const { host, address = '' } = unit.parts;
  const text = values.get(unit.id) ?? '';
  if (parseIp(address) === undefined) {
    addConversionError(found, unit.id, {
      field: '',
      reason: `the key ends in ${address}, expected an IP address`,
      fix: `Delete the key in etcd v2, and make the peer anew if it is needed`,
    });
  }
  const peer = readPeer(found, unit.id, text, host);
  if (peer === undefined || found.problems.length > 0) return unconverted(found);
  const { name, spec } = peer;
  const entry = clusterEntry('BGPPeer', 'bgppeers', { name }, spec);
  return validated(found, unit.id, `BGPPeer(${name})`, entry, peerProblems(peer));
}

/**
 * Reads `{"ip":"192.0.2.1","as_num":"64513"}`, the peer of all nodes or of one, `undefined` if there
 * is no peer in it; what is wrong is recorded under the key.
 */
export function readPeer(found: Findings, key: string, text: string, host?: string): PeerFields | undefined {
  const value = readJson({ found, key }, text, PEER);
  if (value === undefined) return undefined;
  noteUnknownFields(found, key, value.unknown);
  const asNumber = value.get('as_num', readQuotedAsNumber) ?? 0;
  const ip = parseIp(value.get('ip', readAddress) ?? '');
  if (ip === undefined) {
    noAddress(found, key);
    return undefined;
  }
  const node = host === undefined ? undefined : convertNodeName(host);
  const name = node === undefined ? ipName(ip) : `${node}.${ipName(ip)}`;
  return { name, spec: { ...(node !== undefined && { node }), peerIP: ip.text, asNumber } };
}

/** What v3 does not accept in a BGPPeer. */
export function peerProblems({ name, spec }: PeerFields): FieldProblem[] {
  const node = spec.node === undefined ? [] : referenceProblems('spec.node', spec.node);
  return [...nameProblems('metadata.name', name), ...node];
}

/** Go leaves an address that is the empty text unset. */
const readAddress: Read<string> = (value, path, source) => (value === '' ? '' : readIp(value, path, source));

/** The field has Go's `,string`: a decimal number in quotes, neither a number nor the form with a dot. */
const readQuotedAsNumber: Read<number> = (value, path, source) => {
  if (typeof value === 'string' && /^(?:0|[1-9][0-9]*)$/.test(value) && Number(value) <= 0xffff_ffff) {
    return Number(value);
  }
  return wrong(
    source,
    path,
    value,
    'an AS number in quotes, such as "64512"',
    'Write the AS number as a decimal number in quotes',
  );
};

function noAddress(found: Findings, key: string): void {
  if (found.problems.some(problem => problem.key === key && problem.field === 'ip')) return;
  addValidationErrors(found, key, [
    {
      field: 'spec.peerIP',
      reason: 'is missing, expected an IP address',
      fix: 'Write the address of the peer into the value in etcd v2, or delete the key',
    },
  ]);
}
