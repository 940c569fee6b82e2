import { type Read, wrong } from './json-fields.ts';

const PAIRS = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1)*[0-9a-f]{2}$/i;
const FOURS = /^(?:[0-9a-f]{4}\.)+[0-9a-f]{4}$/i;
/** What Go prints, and what is stored: there is no need to take it apart. */
const CANONICAL = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;
const SIZES = [6, 8, 20];

/** A MAC address in Go's form, small letters and colons: 6, 8 or 20 bytes in pairs or in fours; or nothing. */
export function parseMac(text: string): string | undefined {
  if (CANONICAL.test(text)) return text;
  if (!PAIRS.test(text) && !FOURS.test(text)) return undefined;
  const bytes = text.toLowerCase().match(/[0-9a-f]{2}/g) ?? [];
  return SIZES.includes(bytes.length) ? bytes.join(':') : undefined;
}

/** A MAC address. */
export const readMac: Read<string> = (value, path, source) =>
  (typeof value === 'string' ? parseMac(value) : undefined) ??
  wrong(source, path, value, 'a MAC address', 'Write an address such as ee:ee:ee:ee:ee:ee');
