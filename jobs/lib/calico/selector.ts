import { type SelectorError, selectorTokens, type Token, type TokenKind } from './selector-tokens.ts';

/** What a selector says. */
export type Expression =
  | { readonly type: 'all' }
  | { readonly type: 'has'; readonly label: string }
  | { readonly type: '==' | '!='; readonly label: string; readonly value: string }
  | { readonly type: 'in' | 'not in'; readonly label: string; readonly values: readonly string[] }
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'and' | 'or'; readonly operands: readonly Expression[] };

/** A label that a selector names, and where. */
export interface LabelUse {
  readonly label: string;
  readonly start: number;
}

export interface Selector {
  readonly expression: Expression;
  /** In order of appearance. */
  readonly labels: readonly LabelUse[];
}

/** Deeper than anybody writes; the depth at which a stack overflows is not ours to find out. */
const DEEPEST = 500;

/** Reads tokens one after the other. `fail` ends the parsing. */
interface Reader {
  readonly peek: () => Token;
  readonly take: () => Token;
  readonly depth: number;
}

/**
 * Parses a selector as Calico v1 and v3 both do: `||` binds less than `&&`, and the empty text selects everything
 * (conversion reference, section 4).
 */
export function parseSelector(selector: string): Selector | SelectorError {
  const tokens = selectorTokens(selector);
  if ('position' in tokens) return tokens;
  const end: Token = { kind: 'end', value: '', start: selector.length };
  let next = 0;
  const peek = () => tokens[next] ?? end;
  const take = () => tokens[next++] ?? end;
  const whole: Expression | SelectorError =
    peek().kind === 'end' ? { type: 'all' } : parseOr({ peek, take, depth: 0 });
  if ('position' in whole) return whole;
  if (peek().kind !== 'end') return unexpected(peek(), 'an operator or the end');
  return { expression: whole, labels: tokens.flatMap(labelUse) };
}

/** Whether a text is a selector. */
export const isSelector = (selector: string): boolean => !('position' in parseSelector(selector));

function labelUse({ kind, value, start }: Token): LabelUse[] {
  return kind === 'label' || kind === 'has' ? [{ label: value, start }] : [];
}

const unexpected = ({ start }: Token, expected: string): SelectorError => ({ position: start, expected });

const parseOr = (reader: Reader): Expression | SelectorError => parseChain(reader, '||', 'or', parseAnd);

const parseAnd = (reader: Reader): Expression | SelectorError =>
  parseChain(reader, '&&', 'and', parseOperation);

function parseChain(
  reader: Reader,
  operator: TokenKind,
  type: 'and' | 'or',
  parseOperand: (reader: Reader) => Expression | SelectorError,
): Expression | SelectorError {
  const operands: Expression[] = [];
  do {
    const operand = parseOperand(reader);
    if ('position' in operand) return operand;
    operands.push(operand);
  } while (reader.peek().kind === operator && reader.take());
  const [first] = operands;
  return first !== undefined && operands.length === 1 ? first : { type, operands };
}

function parseOperation(reader: Reader): Expression | SelectorError {
  let negated = false;
  while (reader.peek().kind === '!') {
    reader.take();
    negated = !negated;
  }
  const operand = parseOperand(reader);
  return negated && !('position' in operand) ? { type: 'not', operand } : operand;
}

function parseOperand(reader: Reader): Expression | SelectorError {
  const token = reader.take();
  switch (token.kind) {
    case 'all':
      return { type: 'all' };
    case 'has':
      return { type: 'has', label: token.value };
    case '(':
      return parseGroup(reader, token);
    case 'label':
      return parseComparison(reader, token.value);
    default:
      return unexpected(token, "a label, has(), all(), '!' or '('");
  }
}

function parseGroup({ peek, take, depth }: Reader, open: Token): Expression | SelectorError {
  if (depth >= DEEPEST) return unexpected(open, `at most ${DEEPEST} parentheses inside each other`);
  const inner = parseOr({ peek, take, depth: depth + 1 });
  if ('position' in inner) return inner;
  const close = take();
  return close.kind === ')' ? inner : unexpected(close, "an operator or ')'");
}

function parseComparison(reader: Reader, label: string): Expression | SelectorError {
  const operator = reader.take();
  switch (operator.kind) {
    case '==':
    case '!=': {
      const text = reader.take();
      if (text.kind !== 'text') return unexpected(text, 'a value in quotes');
      return { type: operator.kind, label, value: text.value };
    }
    case 'in':
    case 'notIn':
      return parseSet(reader, operator.kind === 'in' ? 'in' : 'not in', label);
    default:
      return unexpected(operator, "'==', '!=', 'in' or 'not in'");
  }
}

/** Values in braces; Calico takes a comma after the last one. */
function parseSet(reader: Reader, type: 'in' | 'not in', label: string): Expression | SelectorError {
  const open = reader.take();
  if (open.kind !== '{') return unexpected(open, "'{'");
  const values: string[] = [];
  while (reader.peek().kind === 'text') {
    values.push(reader.take().value);
    if (reader.peek().kind !== ',') break;
    reader.take();
  }
  const close = reader.take();
  return close.kind === '}' ? { type, label, values } : unexpected(close, "a value in quotes or '}'");
}
