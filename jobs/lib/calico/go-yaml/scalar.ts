import { analyze } from './analyze.ts';
import { writeLiteral } from './literal.ts';
import { indented, type Output, put, writeIndicator } from './output.ts';
import { looksTyped } from './resolve.ts';
import { writeDoubleQuoted, writePlain, writeSingleQuoted } from './scalar-styles.ts';

/** The longest key, in bytes, that libyaml writes without `? `. */
const LONGEST_SIMPLE_KEY = 128;

/** Whether a key can stand before its colon on one line. */
export function isSimpleKey(key: string): boolean {
  return !analyze(key).multiline && Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY;
}

/** Writes a string in the style that yaml.v2 and libyaml choose for it; one that is a simple key on one line. */
export function writeString(out: Output, text: string, options: { readonly simpleKey: boolean }): void {
  const style = chooseStyle(text);
  const chars = Array.from(text);
  const fold = !options.simpleKey;
  indented(out, 'scalar', () => {
    if (style === 'plain') writePlain(out, chars, fold);
    else if (style === 'single') writeSingleQuoted(out, chars, fold);
    else if (style === 'double') writeDoubleQuoted(out, chars, fold);
    else writeLiteral(out, chars);
  });
}

/** Writes a number, a boolean or null. */
export function writeBare(out: Output, text: string): void {
  if (!out.whitespace) put(out, ' ');
  writeIndicator(out, text);
}

function chooseStyle(text: string): 'plain' | 'single' | 'double' | 'literal' {
  if (looksTyped(text)) return 'double';
  const { plainAllowed, singleQuotedAllowed, literalAllowed } = analyze(text);
  if (text.includes('\n')) return literalAllowed ? 'literal' : 'double';
  if (plainAllowed) return 'plain';
  return singleQuotedAllowed ? 'single' : 'double';
}
