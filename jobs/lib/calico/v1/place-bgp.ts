import { parseIp } from '../go-net.ts';
import { BGP_CONFIGURATION, keyUnit, left, nodeUnit, only, unknownKey } from './place-unit.ts';
import type { KeyPlace } from './unit.ts';

const GLOBAL_KEYS: ReadonlySet<string> = new Set(['as_num', 'loglevel', 'node_mesh']);
const NODE_KEYS: ReadonlySet<string> = new Set([
  'ip_addr_v4',
  'ip_addr_v6',
  'network_v4',
  'network_v6',
  'as_num',
]);
const PEERS = /^peer_v[46]$/;
const REFLECTORS = /^rr_v[46]$/;

/** A key below `/calico/bgp/v1`. It does not prove that its host is a Node. */
export function placeBgp(key: string, path: readonly string[]): KeyPlace {
  const [area = '', ...rest] = path;
  if (area === 'global') return placeGlobal(key, rest);
  if (area === 'host') return placeHost(key, rest);
  return REFLECTORS.test(area) ? reflector() : unknownKey(key);
}

function placeGlobal(key: string, path: readonly string[]): KeyPlace {
  const [area = '', ...rest] = path;
  if (rest.length === 0 && GLOBAL_KEYS.has(area)) return { unit: BGP_CONFIGURATION };
  if (area === 'custom_filters') {
    return left(
      'unsupported',
      'is a filter for BIRD, and Calico 3.0 has none: without it BIRD exports and imports as by default',
    );
  }
  if (REFLECTORS.test(area)) return reflector();
  const address = PEERS.test(area) ? only(rest) : undefined;
  if (address === undefined) return unknownKey(key);
  const name = addressName(address);
  return keyUnit('GlobalBGPPeer', key, `BGPPeer(global, ip=${name})`, { address });
}

function placeHost(key: string, path: readonly string[]): KeyPlace {
  const [host = '', area = '', ...rest] = path;
  if (host === '') return unknownKey(key);
  if (rest.length === 0 && NODE_KEYS.has(area)) return { unit: nodeUnit(host) };
  if (rest.length === 0 && area === 'loglevel') {
    return left(
      'unsupported',
      'is the BGP log level of one node, and Calico 3.0 has one for all: set logSeverityScreen of the BGPConfiguration',
    );
  }
  const address = PEERS.test(area) ? only(rest) : undefined;
  if (address === undefined) return unknownKey(key);
  const name = addressName(address);
  return keyUnit('NodeBGPPeer', key, `BGPPeer(node=${host}, ip=${name})`, { host, address });
}

const addressName = (address: string): string => parseIp(address)?.text ?? address;

const reflector = (): KeyPlace =>
  left(
    'unsupported',
    'belongs to calico/routereflector, which Calico 3.0 does not have: make a BGPPeer for each reflector that goes on',
  );
