import type { KubeObject } from '../../kubernetes/object.ts';
import { parseAsNumber } from '../as-number.ts';
import { parseGoObject } from '../go-json.ts';
import { type GoIp, nameToIp, parseIp } from '../go-net.ts';
import { type Reading, readable, specValues, unreadable } from './reading.ts';

/** A BGP peer as calicoctl 1.4 prints it; the node of a node-scoped one. */
export interface LegacyPeer {
  readonly apiVersion: 'v1';
  readonly kind: 'bgpPeer';
  readonly metadata: {
    readonly peerIP: string;
    readonly scope: 'global' | 'node';
    readonly node?: string;
  };
  readonly spec: { readonly asNumber: number };
}

/** Reads a GlobalBgpPeer as calicoctl 1.4 does: the address is the name, a missing AS number is 0. */
export function readGlobalPeer(object: KubeObject): Reading<LegacyPeer> {
  const values = specValues(object, 'asNumber');
  if (values === undefined) return unreadable('spec is no object');
  const numbers = values.map(parseAsNumber);
  if (numbers.includes(undefined)) return unreadable('spec.asNumber is no AS number');
  const ip = nameToIp(object.metadata.name);
  return ip === undefined
    ? unreadable('the name is not that of an IP address')
    : readable(legacyPeer(ip, numbers.at(-1)));
}

/**
 * Reads a node-scoped peer from the last part of an annotation's key and its value. The address is that of the
 * key; the one in the value only has to be valid, if there is one.
 */
export function readNodePeer(node: string, name: string, text: string): Reading<LegacyPeer> {
  const ip = nameToIp(name);
  if (ip === undefined) return unreadable('the key is not that of an IP address');
  const fields = parseGoObject(text, ['ip', 'as_num']);
  if (fields === undefined) return unreadable('the value is no JSON object');
  if (!fields.all('ip').every(isAddress)) return unreadable('ip is no IP address');
  const numbers = fields.all('as_num').map(quotedAsNumber);
  if (numbers.includes(undefined)) return unreadable('as_num is no AS number in quotes');
  return readable(legacyPeer(ip, numbers.at(-1), node));
}

function legacyPeer(ip: GoIp, asNumber = 0, node?: string): LegacyPeer {
  return {
    apiVersion: 'v1',
    kind: 'bgpPeer',
    metadata: {
      peerIP: ip.text,
      scope: node === undefined ? 'global' : 'node',
      ...(node !== undefined && { node }),
    },
    spec: { asNumber },
  };
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || parseIp(value) !== undefined);
}

/** The string holds JSON itself: a number, a string with an AS number in any of its forms, or null for none. */
function quotedAsNumber(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [, digits, quoted, none] =
    /^[ \t\r\n]*(?:(0|[1-9][0-9]*)|"([0-9.]*)"|(null))[ \t\r\n]*$/.exec(value) ?? [];
  return none === undefined ? parseAsNumber(digits ?? quoted) : 0;
}
