import { type GoCidr, parseCidr } from '../go-net.ts';
import { keyUnit, only, unknownKey } from './place-unit.ts';
import type { KeyPlace } from './unit.ts';

const FAMILY = /^ipv[46]$/;

/** A key below `/calico/v1/ipam`: an IP pool. */
export function placePool(key: string, path: readonly string[]): KeyPlace {
  const [family = '', word, ...rest] = path;
  const segment = /^v[46]$/.test(family) && word === 'pool' ? only(rest) : undefined;
  if (segment === undefined) return unknownKey(key);
  return keyUnit('IPPool', key, `IPPool(cidr=${networkName(segment)})`, { network: segment });
}

/** A key below `/calico/ipam/v2`. Handle ids and host names are not escaped. */
export function placeIpam(key: string, path: readonly string[]): KeyPlace {
  const [area, ...rest] = path;
  if (area === 'config' && rest.length === 0) return keyUnit('IPAMConfig', key, 'IPAMConfig', {});
  if (area === 'handle') return placeHandle(key, only(rest));
  if (area === 'assignment') return placeBlock(key, rest);
  if (area === 'host') return placeAffinity(key, rest);
  return unknownKey(key);
}

/** The network that a segment such as `10.64.3.0-26` stands for; `undefined` if it stands for none. */
export function segmentCidr(segment: string): GoCidr | undefined {
  return parseCidr(segment.replace('-', '/'));
}

function placeHandle(key: string, handle: string | undefined): KeyPlace {
  if (handle === undefined) return unknownKey(key);
  return keyUnit('IPAMHandle', key, `IPAMHandle(id=${handle})`, { handle });
}

function placeBlock(key: string, path: readonly string[]): KeyPlace {
  const [family = '', word, ...rest] = path;
  const segment = FAMILY.test(family) && word === 'block' ? only(rest) : undefined;
  if (segment === undefined) return unknownKey(key);
  return keyUnit('IPAMBlock', key, `IPAMBlock(cidr=${networkName(segment)})`, { network: segment });
}

function placeAffinity(key: string, path: readonly string[]): KeyPlace {
  const [host = '', family = '', word, ...rest] = path;
  const segment = host !== '' && FAMILY.test(family) && word === 'block' ? only(rest) : undefined;
  if (segment === undefined) return unknownKey(key);
  const name = `BlockAffinity(cidr=${networkName(segment)}, host=${host})`;
  return keyUnit('BlockAffinity', key, name, { host, network: segment });
}

const networkName = (segment: string): string => segmentCidr(segment)?.network ?? segment.replace('-', '/');
