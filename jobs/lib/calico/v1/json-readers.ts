import { isRecord } from '../../kubernetes/object.ts';
import { parseCidr, parseIp } from '../go-net.ts';
import { type Read, wrong } from './json-fields.ts';

/** A text. */
export const readString: Read<string> = (value, path, source) =>
  typeof value === 'string'
    ? value
    : wrong(source, path, value, 'a text in quotes', 'Write the value in quotes');

/** True or false. */
export const readBoolean: Read<boolean> = (value, path, source) =>
  typeof value === 'boolean'
    ? value
    : wrong(source, path, value, 'true or false', 'Write true or false, without quotes');

/** Any finite number, a fraction too. */
export const readNumber: Read<number> = (value, path, source) =>
  typeof value === 'number' && Number.isFinite(value)
    ? value
    : wrong(source, path, value, 'a number', 'Write a number, without quotes');

/** A whole number. */
export const readInteger: Read<number> = (value, path, source) =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? value
    : wrong(source, path, value, 'a whole number', 'Write a number, without quotes');

/** A whole number between two bounds, both included. */
export function integerOf(min: number, max: number): Read<number> {
  return (value, path, source) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : wrong(source, path, value, `a whole number from ${min} to ${max}`, 'Write a number, without quotes');
}

/** An address, as Go's canonical text. */
export const readIp: Read<string> = (value, path, source) =>
  (typeof value === 'string' ? ipText(value) : undefined) ??
  wrong(source, path, value, 'an IP address', 'Write an address such as 10.0.0.1 or fd00::1');

/** A network, as Go's canonical text with host bits cleared; an address alone is the network that holds only it. */
export const readNetwork: Read<string> = (value, path, source) =>
  (typeof value === 'string' ? networkText(value) : undefined) ??
  wrong(source, path, value, 'a network in CIDR form', 'Write a network such as 10.0.0.0/8 or fd00::/64');

/** A list. Every wrong element is recorded, null included; the result has the others. */
export function listOf<T>(read: Read<T>): Read<T[]> {
  return (value, path, source) => {
    if (!Array.isArray(value)) return wrong(source, path, value, 'a list', 'Write a list in square brackets');
    const items: T[] = [];
    for (const [index, element] of value.entries()) {
      const at = `${path}[${index}]`;
      const item = element === null ? nullElement(source, at) : read(element, at, source);
      if (item !== undefined) items.push(item);
    }
    return items;
  };
}

/** A list of texts. */
export const readStrings: Read<string[]> = listOf(readString);

/** An object whose values are texts; a null is the empty text, as for Go. */
export const readStringMap: Read<Record<string, string>> = (value, path, source) => {
  if (!isRecord(value)) return wrong(source, path, value, 'a JSON object', 'Write an object in braces');
  if (isStringMap(value)) return value;
  const entries: [string, string][] = [];
  for (const [key, item] of Object.entries(value)) {
    const text = item === null ? '' : readString(item, `${path}[${JSON.stringify(key)}]`, source);
    if (text !== undefined) entries.push([key, text]);
  }
  return Object.fromEntries(entries);
};

const isStringMap = (value: Record<string, unknown>): value is Record<string, string> =>
  Object.values(value).every(item => typeof item === 'string');

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** IPv4 as Go prints it. Most addresses are: there is no need to take them apart and to put them together again. */
const CANONICAL_IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
const CANONICAL_IPV4_SINGLE = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}/32$`);

const ipText = (text: string): string | undefined => (CANONICAL_IPV4.test(text) ? text : parseIp(text)?.text);

function networkText(text: string): string | undefined {
  if (CANONICAL_IPV4_SINGLE.test(text)) return text;
  if (text.includes('/')) return parseCidr(text)?.network;
  const ip = parseIp(text);
  return ip && `${ip.text}/${ip.version === 4 ? 32 : 128}`;
}

const nullElement = (source: Parameters<typeof wrong>[0], path: string): undefined =>
  wrong(source, path, null, 'a value', 'Remove the null from the list');
