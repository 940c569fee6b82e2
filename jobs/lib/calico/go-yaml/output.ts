/** The text written so far, and what libyaml remembers of its end. */
export interface Output {
  text: string;
  /** Code points since the last line break. */
  column: number;
  /** Columns by which the current node is indented; -1 before the root. */
  indent: number;
  /** The last thing written stands for a blank, so none is needed. */
  whitespace: boolean;
  /** Only indentation and indicators that may share a line (`-`, `?`) are on the line so far. */
  indention: boolean;
}

const INDENT = 2;

/** An empty document. */
export function newOutput(): Output {
  return { text: '', column: 0, indent: -1, whitespace: true, indention: true };
}

/** Writes characters that break no line. */
export function put(out: Output, text: string): void {
  out.text += text;
  out.column += Array.from(text).length;
}

/** Writes a line break: the one given, so that text with Unicode's line breaks keeps them. */
export function putBreak(out: Output, char = '\n'): void {
  out.text += char;
  out.column = 0;
}

/** Begins a line, unless this one is still free, and indents it (`yaml_emitter_write_indent`). */
export function writeIndent(out: Output): void {
  const indent = Math.max(out.indent, 0);
  const free = out.indention && (out.column < indent || (out.column === indent && out.whitespace));
  if (!free) putBreak(out);
  while (out.column < indent) put(out, ' ');
  out.whitespace = true;
  out.indention = true;
}

/** Writes a piece of syntax, with a blank before it where one is needed and missing. */
export function writeIndicator(
  out: Output,
  indicator: string,
  options: { readonly blankBefore?: boolean; readonly keepsIndention?: boolean } = {},
): void {
  if (options.blankBefore && !out.whitespace) put(out, ' ');
  put(out, indicator);
  out.whitespace = false;
  out.indention &&= options.keepsIndention === true;
}

/** Writes a node one level deeper. The root is not indented, unless it is a scalar. */
export function indented(out: Output, kind: 'block' | 'scalar' | 'sameLevel', write: () => void): void {
  const before = out.indent;
  if (before < 0) out.indent = kind === 'scalar' ? INDENT : 0;
  else if (kind !== 'sameLevel') out.indent += INDENT;
  write();
  out.indent = before;
}
