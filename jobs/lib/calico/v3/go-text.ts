import { isRecord } from '../../kubernetes/object.ts';

/** What JSON.stringify and Go write in different ways: some characters, and half a surrogate pair. */
const UNLIKE = /[<>&\u2028\u2029]|\\[bfu]/;
/** What Go escapes: JSON's own, HTML's, and the two line ends that JavaScript once did not allow in strings. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON escapes
const ESCAPED = /["\\<>&\u0000-\u001f\u2028\u2029]/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A value as Go's encoding/json writes it: no blanks, fields in the order of the object, `undefined` left out.
 * An object in `maps` is a Go map, whose keys are sorted by their bytes. Numbers as Go prints a float64 or an int; a
 * bigint is an int that a number cannot hold.
 */
export function goText(value: unknown, maps: ReadonlySet<unknown> = new Set()): string {
  const text = Array.from(maps).every(isSorted) ? stringify(value) : undefined;
  return text === undefined || UNLIKE.test(text) ? writeText(value, maps) : text;
}

/** JSON.stringify is much faster than we are. It does not know bigints. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** JavaScript puts keys that look like an index first, whatever order they were added in. */
function isSorted(map: unknown): boolean {
  if (!isRecord(map)) return true;
  const keys = Object.keys(map);
  return keys.every((key, index) => index === 0 || compareBytes(keys[index - 1] ?? '', key) < 0);
}

function writeText(value: unknown, maps: ReadonlySet<unknown>): string {
  if (typeof value === 'string') return goString(value);
  if (Array.isArray(value)) return goList(value, maps);
  return isRecord(value) ? goObject(value, maps) : String(value);
}

/** The order of two texts by their UTF-8 bytes, as Go sorts. JavaScript compares UTF-16 instead. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return unitOrder(left) - unitOrder(right);
  }
  return a.length - b.length;
}

/** A text whose order in JavaScript is that of the UTF-8 bytes of the given one: surrogates go last. */
export function byteOrder(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  return text.replace(/[\ud800-\uffff]/g, unit => String.fromCharCode(unitOrder(unit.charCodeAt(0))));
}

/** A surrogate stands for a character that comes after all that UTF-16 writes without surrogates. */
function unitOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function goObject(fields: Readonly<Record<string, unknown>>, maps: ReadonlySet<unknown>): string {
  const keys = Object.keys(fields);
  if (maps.has(fields)) keys.sort(compareBytes);
  let text = '';
  for (const key of keys) {
    const item = fields[key];
    if (item === undefined) continue;
    text += `${text === '' ? '{' : ','}${goString(key)}:${writeText(item, maps)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

function goList(values: readonly unknown[], maps: ReadonlySet<unknown>): string {
  let text = '';
  for (const value of values) text += `${text === '' ? '[' : ','}${writeText(value, maps)}`;
  return text === '' ? '[]' : `${text}]`;
}

function goString(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(
      ESCAPED,
      character => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${escaped}"`;
}
