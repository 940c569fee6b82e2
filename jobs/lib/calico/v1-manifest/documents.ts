import { load, YAMLException } from 'js-yaml';
import type { FieldProblem } from '../v3/field-problem.ts';
import { CALICOCTL_SCHEMA } from './yaml-scalars.ts';

/** A document of a file: its value, or why it has none. */
export interface ManifestDocument {
  /** From 1; documents without content are not counted. */
  readonly number: number;
  readonly content: { readonly value: unknown } | { readonly problem: FieldProblem };
}

interface Part {
  /** The number of lines before it. */
  readonly line: number;
  readonly text: string;
}

/** The documents of a file of YAML or JSON. JSON is read as YAML, of which it is a part. */
export function readDocuments(text: string): readonly ManifestDocument[] {
  return splitDocuments(text.replace(/^\ufeff/, '')).map((part, index) => ({
    number: index + 1,
    content: parse(part),
  }));
}

/** A line that begins with `---` ends a document wherever it stands, so there is no need to parse what is before it. */
function splitDocuments(text: string): readonly Part[] {
  const parts: Part[] = [];
  let line = 0;
  for (const part of text.split(/^---(?=\s|$)/m)) {
    if (!isEmpty(part)) parts.push({ line, text: part });
    line += part.split('\n').length - 1;
  }
  return parts;
}

/** Comments, directives, and the mark of a document's end are no content. */
const isEmpty = (text: string): boolean =>
  text.split(/\r?\n/).every(line => /^\s*(?:#.*)?$|^%|^\.\.\.\s*$/.test(line));

function parse({ line, text }: Part): ManifestDocument['content'] {
  try {
    const value = load(text, { schema: CALICOCTL_SCHEMA });
    // What contains itself has no end.
    JSON.stringify(value);
    return { value };
  } catch (error) {
    const reason = syntaxReason(error, line);
    if (reason === undefined) throw error;
    return { problem: { field: '', reason, fix: 'Correct the document: it has to be YAML or JSON' } };
  }
}

function syntaxReason(error: unknown, line: number): string | undefined {
  if (error instanceof YAMLException) {
    const { mark } = error;
    const where = mark ? `line ${line + mark.line + 1}, column ${mark.column + 1}: ` : '';
    return `cannot be read: ${where}${error.reason}`;
  }
  if (error instanceof RangeError) return 'cannot be read: it is nested too deeply, or too long';
  return error instanceof TypeError ? 'cannot be read: it contains itself through an alias' : undefined;
}
