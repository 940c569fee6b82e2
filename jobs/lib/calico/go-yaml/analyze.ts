import { BREAKS, isPrintable } from './characters.ts';

/** What libyaml's emitter finds out about a text before it chooses a style. */
export interface Analysis {
  /** Holds a line break of any kind. */
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleQuotedAllowed: boolean;
  readonly literalAllowed: boolean;
}

const ANY_BREAK = new RegExp(`[${BREAKS}]`);
const EDGE = new RegExp(`^[ ${BREAKS}]|[ ${BREAKS}]$`);
const BREAK_SPACE = new RegExp(`[${BREAKS}] `);
const SPACE_BREAK = new RegExp(` [${BREAKS}]`);

/** What would read as syntax: at the start, a colon before a space, a comment. Tabs are not printable anyway. */
const INDICATORS = [/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`])/, /^[?-](?: |$)/, /:(?: |$)/, / #/];

/** The styles in which libyaml may write a text in block context (`yaml_emitter_analyze_scalar`). */
export function analyze(text: string): Analysis {
  if (text === '') {
    return { multiline: false, plainAllowed: true, singleQuotedAllowed: true, literalAllowed: false };
  }
  const multiline = ANY_BREAK.test(text);
  const unquotable = SPACE_BREAK.test(text) || !isPrintable(text);
  const breakSpace = BREAK_SPACE.test(text);
  return {
    multiline,
    plainAllowed: !multiline && !unquotable && !EDGE.test(text) && !INDICATORS.some(rule => rule.test(text)),
    singleQuotedAllowed: !unquotable && !breakSpace,
    literalAllowed: !unquotable && !text.endsWith(' '),
  };
}
