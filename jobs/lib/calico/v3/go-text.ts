/** What text Go 1.17's encoding/json writes as it is. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;
/** What it escapes: JSON's own, HTML's, and the two line ends that JavaScript once did not allow in strings. */
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
export function goText(value: unknown, maps: ReadonlySet<unknown> = NONE): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return goList(value, maps);
  const entries = Object.entries(value);
  if (maps.has(value)) entries.sort(([a], [b]) => compareBytes(a, b));
  let text = '';
  for (const [key, item] of entries) {
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${goString(key)}:${goText(item, maps)}`;
  }
  return `{${text}}`;
}

/** The order of two texts by their UTF-8 bytes, as Go sorts. JavaScript compares UTF-16 instead. */
export function compareBytes(a: string, b: string): number {
  const [left, right] = [byteOrder(a), byteOrder(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** A text whose order in JavaScript is that of the UTF-8 bytes of the given one: surrogates go last. */
export function byteOrder(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  return text.replace(/[\ud800-\uffff]/g, character => {
    const unit = character.charCodeAt(0);
    return String.fromCharCode(unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  });
}

const NONE: ReadonlySet<unknown> = new Set();

function goList(values: readonly unknown[], maps: ReadonlySet<unknown>): string {
  let text = '';
  for (const [index, value] of values.entries()) text += `${index === 0 ? '' : ','}${goText(value, maps)}`;
  return `[${text}]`;
}

function goString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const escaped = text
    .toWellFormed()
    .replace(
      ESCAPED,
      character => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${escaped}"`;
}
