/** The characters that libyaml takes for a line break, as part of a character class. */
export const BREAKS = '\\r\\n\\u0085\\u2028\\u2029';

const BREAK = new RegExp(`^[${BREAKS}]$`);
const PRINTABLE = /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/u;

/** Whether a character ends a line for libyaml. */
export function isBreak(char: string): boolean {
  return BREAK.test(char);
}

/** Whether yaml.v2 writes all of a text as it is. It escapes tabs, NEL, BOM and all beyond the BMP. */
export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text);
}
