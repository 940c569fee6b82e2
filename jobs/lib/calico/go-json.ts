import { isRecord } from '../kubernetes/object.ts';

/** What Go's encoding/json would find for the fields of a struct. Null is as good as absent. */
export interface GoFields<Field extends string> {
  /** The value that counts: the last one given, or `undefined`. */
  readonly last: (field: Field) => unknown;
  /** Every value given, in order. Go refuses the whole object if one of them has the wrong type. */
  readonly all: (field: Field) => readonly unknown[];
  /** Keys that match no field. Go ignores them. */
  readonly unknown: readonly string[];
}

type Member = readonly [key: string, value: unknown];

/**
 * Reads a JSON object as Go's encoding/json reads it into a struct with these fields: a key matches in any case
 * (the exact one first), a field may be given more than once, null leaves a field as it is. A JSON null is an
 * object without fields; `undefined` if the text is no JSON, or something else than an object.
 */
export function parseGoObject<Field extends string>(
  text: string,
  fields: readonly Field[],
): GoFields<Field> | undefined {
  const parsed = parseJson(text);
  if (parsed === undefined) return undefined;
  if (parsed.value === null) return matchFields([], fields);
  return isRecord(parsed.value) ? matchFields(membersOf(text), fields) : undefined;
}

/** The same for an object that is parsed already; of a key that was there twice in one spelling, one is left. */
export function readGoFields<Field extends string>(
  object: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
): GoFields<Field> {
  return matchFields(Object.entries(object), fields);
}

function matchFields<Field extends string>(
  members: readonly Member[],
  fields: readonly Field[],
): GoFields<Field> {
  const values = new Map<Field, unknown[]>(fields.map(field => [field, []]));
  const unknown: string[] = [];
  for (const [key, value] of members) {
    const field = fields.find(name => name === key) ?? fields.find(name => fold(name) === fold(key));
    if (field === undefined) unknown.push(key);
    else if (value !== null) values.get(field)?.push(value);
  }
  return {
    last: field => values.get(field)?.at(-1),
    all: field => values.get(field) ?? [],
    unknown,
  };
}

/** Go folds ASCII letters, and the two other characters that Unicode folds to an ASCII letter. */
function fold(name: string): string {
  return name
    .replace(/[A-Z]/g, letter => letter.toLowerCase())
    .replaceAll('\u212a', 'k')
    .replaceAll('\u017f', 's');
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The members of an object in a valid JSON text, in order. JSON.parse alone would lose repeated keys. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  const tokens = topLevelTokens(text);
  for (const [i, colon] of tokens.entries()) {
    const key = tokens[i - 1];
    const end = tokens[i + 1];
    if (colon.text !== ':' || key === undefined || end === undefined) continue;
    members.push([String(JSON.parse(key.text)), JSON.parse(text.slice(colon.index + 1, end.index))]);
  }
  return members;
}

interface Token {
  readonly text: string;
  readonly index: number;
}

/** The keys, colons, commas and the closing brace of the object itself; not the tokens of its values. */
function topLevelTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let isKey = true;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const top = depth === 1;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (!top || depth > 1) continue;
    if (token.startsWith('"') && !isKey) continue;
    isKey = token === ',';
    tokens.push({ text: token, index });
  }
  return tokens;
}
