import { parseCidr, parseIp } from '../go-net.ts';
import { type Read, struct } from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import type { Origins } from './origins.ts';
import { manifestObject, readAnything, readText } from './reading.ts';
import { storedFields } from './stored-form.ts';

const readPortFields = manifestObject(struct('name', 'protocol', 'port'));

/** The named ports of an endpoint, as they are stored. */
export const readPorts: Read<unknown[]> = listOf((value, path, source) => {
  const port = readPortFields(value, path, source);
  if (port === undefined) return undefined;
  const table = [
    ['name', 'name', readText],
    ['protocol', 'protocol', readAnything],
    ['port', 'port', readAnything],
  ] as const;
  return storedFields(port, table, new Map());
});

/** What is one list in the manifest, and in v3, and is stored in two. */
export interface Families {
  readonly ipv4: readonly unknown[];
  readonly ipv6: readonly unknown[];
}

/**
 * Parts a list by the IP version of its elements. What is no address is with IPv4, where it is found to be none.
 * @param path the path of the list, in the manifest and in v3
 * @param stored the paths of the two lists that are stored
 */
export function partFamilies(
  list: readonly unknown[],
  addressOf: (element: unknown) => unknown,
  path: string,
  stored: { readonly ipv4: string; readonly ipv6: string },
  origins: Origins,
): Families {
  const numbered = list.map((element, index) => ({ element, origin: `${path}[${index}]` }));
  const ipv4 = numbered.filter(({ element }) => !isIpv6(addressOf(element)));
  const ipv6 = numbered.filter(({ element }) => isIpv6(addressOf(element)));
  for (const [index, { origin }] of ipv4.entries()) origins.set(`${stored.ipv4}[${index}]`, origin);
  for (const [index, { origin }] of ipv6.entries()) origins.set(`${stored.ipv6}[${index}]`, origin);
  for (const [index, { origin }] of [...ipv4, ...ipv6].entries()) origins.set(`${path}[${index}]`, origin);
  return { ipv4: ipv4.map(({ element }) => element), ipv6: ipv6.map(({ element }) => element) };
}

function isIpv6(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return (parseIp(value) ?? parseCidr(value))?.version === 6;
}
