import { isBreak } from './characters.ts';
import { type Output, put, putBreak, writeIndent, writeIndicator } from './output.ts';

/** Writes text as a block of lines after `|`. */
export function writeLiteral(out: Output, chars: readonly string[]): void {
  writeIndicator(out, `|${literalHints(chars)}`, { blankBefore: true });
  putBreak(out);
  out.indention = true;
  out.whitespace = true;
  let afterBreak = true;
  for (const char of chars) {
    if (isBreak(char)) {
      putBreak(out, char);
      out.indention = true;
      afterBreak = true;
      continue;
    }
    if (afterBreak) writeIndent(out);
    put(out, char);
    out.indention = false;
    afterBreak = false;
  }
}

/** The indentation if the reader could not see it; `-` for no break at the end, `+` for more than one. */
function literalHints(chars: readonly string[]): string {
  const [first = '', last = '', beforeLast] = [chars[0], chars.at(-1), chars.at(-2)];
  const indentation = first === ' ' || isBreak(first) ? '2' : '';
  if (!isBreak(last)) return `${indentation}-`;
  return beforeLast === undefined || isBreak(beforeLast) ? `${indentation}+` : indentation;
}
