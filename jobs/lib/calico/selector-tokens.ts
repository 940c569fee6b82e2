/** What a token of a selector is. `has` is `has(label)` as a whole, `all` is `all()`. */
export type TokenKind =
  | 'label'
  | 'text'
  | 'has'
  | 'all'
  | 'in'
  | 'notIn'
  | '=='
  | '!='
  | '!'
  | '&&'
  | '||'
  | '('
  | ')'
  | '{'
  | '}'
  | ','
  | 'end';

/** A token, and where it is. */
export interface Token {
  readonly kind: TokenKind;
  /** The label of `label` and `has`, the text of `text` without its quotes; else ''. */
  readonly value: string;
  /** Where the token is in the selector; for `has`, where its label is. */
  readonly start: number;
}

/** Why a text is no selector. */
export interface SelectorError {
  /** Where, counted in characters from 0. */
  readonly position: number;
  /** What was expected there. */
  readonly expected: string;
}

type Rule = readonly [kind: TokenKind, pattern: RegExp];

// Sticky, and without state between calls: `lastIndex` is set before each use. Blanks inside has(), all() and `not in`
// are those of Go's \s; between tokens, only space and tab count. The order decides: `in` wins over a label.
const RULES: readonly Rule[] = [
  ['text', /"([^"]*)"|'([^']*)'/y],
  ['==', /==/y],
  ['!=', /!=/y],
  ['!', /!/y],
  ['&&', /&&/y],
  ['||', /\|\|/y],
  ['(', /\(/y],
  [')', /\)/y],
  ['{', /\{/y],
  ['}', /\}/y],
  [',', /,/y],
  ['has', /has\([\t\n\f\r ]*([a-zA-Z0-9_./-]{1,512})[\t\n\f\r ]*\)/y],
  ['notIn', /not[\t\n\f\r ]*in\b/y],
  ['in', /in\b/y],
  ['all', /all\([\t\n\f\r ]*\)/y],
  ['label', /([a-zA-Z0-9_./-]{1,512})/y],
];

/** The tokens of a selector as Calico reads it, `end` being the last. */
export function selectorTokens(selector: string): readonly Token[] | SelectorError {
  const tokens: Token[] = [];
  let at = skipBlanks(selector, 0);
  while (at < selector.length) {
    const found = tokenAt(selector, at);
    if (found === undefined) return { position: at, expected: expectedAt(selector, at) };
    tokens.push(found.token);
    at = skipBlanks(selector, found.end);
  }
  tokens.push({ kind: 'end', value: '', start: selector.length });
  return tokens;
}

function tokenAt(selector: string, at: number): { token: Token; end: number } | undefined {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(selector);
    if (match === null) continue;
    const value = match[1] ?? match[2] ?? '';
    const offset = kind === 'has' ? match[0].indexOf(value, 'has('.length) : 0;
    return { token: { kind, value, start: at + offset }, end: at + match[0].length };
  }
  return undefined;
}

function skipBlanks(selector: string, from: number): number {
  let at = from;
  while (selector[at] === ' ' || selector[at] === '\t') at++;
  return at;
}

function expectedAt(selector: string, at: number): string {
  const character = selector.charAt(at);
  if (character === '"' || character === "'") return `a closing ${character}`;
  if (character === '=' || character === '&' || character === '|') return character.repeat(2);
  return 'a label, a quoted value or an operator';
}
