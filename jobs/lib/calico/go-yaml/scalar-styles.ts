import { isBreak, isPrintable } from './characters.ts';
import { type Output, put, putBreak, writeIndent, writeIndicator } from './output.ts';

/** A line is folded at the first single space after this column. */
const WIDTH = 80;

const ESCAPES = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

type Chars = readonly string[];

/** Writes text without quotes; it has no line breaks. */
export function writePlain(out: Output, chars: Chars, fold: boolean): void {
  if (!out.whitespace) put(out, ' ');
  let afterSpace = false;
  for (const [i, char] of chars.entries()) {
    if (char === ' ' && fold && !afterSpace && out.column > WIDTH && chars[i + 1] !== ' ') writeIndent(out);
    else put(out, char);
    afterSpace = char === ' ';
    if (!afterSpace) out.indention = false;
  }
  out.whitespace = false;
  out.indention = false;
}

/** Writes text in single quotes; of line breaks it has only Unicode's own, after which the line is indented. */
export function writeSingleQuoted(out: Output, chars: Chars, fold: boolean): void {
  writeIndicator(out, "'", { blankBefore: true });
  let afterSpace = false;
  let afterBreak = false;
  for (const [i, char] of chars.entries()) {
    if (isBreak(char)) {
      putBreak(out, char);
      out.indention = true;
      afterBreak = true;
      continue;
    }
    if (char === ' ' && !afterSpace && mayFold(out, chars, i, fold) && chars[i + 1] !== ' ') writeIndent(out);
    else writeQuotedChar(out, char, afterBreak);
    afterSpace = char === ' ';
    if (!afterSpace) afterBreak = false;
  }
  writeIndicator(out, "'");
}

function writeQuotedChar(out: Output, char: string, afterBreak: boolean): void {
  const isSpace = char === ' ';
  if (!isSpace && afterBreak) writeIndent(out);
  put(out, char === "'" ? "''" : char);
  if (!isSpace) out.indention = false;
}

/** Writes text in double quotes, with escapes. */
export function writeDoubleQuoted(out: Output, chars: Chars, fold: boolean): void {
  writeIndicator(out, '"', { blankBefore: true });
  let afterSpace = false;
  for (const [i, char] of chars.entries()) {
    if (char === ' ' && !afterSpace && mayFold(out, chars, i, fold)) {
      writeIndent(out);
      if (chars[i + 1] === ' ') put(out, '\\');
    } else if (needsEscape(char)) {
      put(out, escaped(char));
    } else {
      put(out, char);
    }
    afterSpace = char === ' ';
  }
  writeIndicator(out, '"');
}

/** Inside quotes, not at their edges. */
function mayFold(out: Output, chars: Chars, i: number, fold: boolean): boolean {
  return fold && out.column > WIDTH && i > 0 && i < chars.length - 1;
}

function needsEscape(char: string): boolean {
  return char === '"' || char === '\\' || isBreak(char) || !isPrintable(char);
}

function escaped(char: string): string {
  const short = ESCAPES.get(char);
  if (short !== undefined) return `\\${short}`;
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
