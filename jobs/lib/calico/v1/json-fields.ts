import { isRecord } from '../../kubernetes/object.ts';
import { readGoFields } from '../go-json.ts';
import { valueText } from '../object-text.ts';
import { addConversionError, type Findings } from './findings.ts';

/** A value of etcd v2 that is being read, and where its problems go. */
export interface JsonSource {
  readonly found: Findings;
  readonly key: string;
}

/**
 * Reads a part of a JSON value. `undefined` if it is not what it should be; then a problem is in `source.found`. It is
 * never given null: null is as good as absent.
 */
export type Read<T> = (value: unknown, path: string, source: JsonSource) => T | undefined;

/** The fields that a kind of JSON object has. */
export interface Struct<Field extends string> {
  readonly fields: readonly Field[];
  readonly exact: ReadonlySet<string>;
  readonly folded: ReadonlySet<string>;
}

/** A JSON object as Go's encoding/json reads it into a struct. */
export interface JsonObject<Field extends string> {
  /** Where it is in the value of the key; '' for the value as a whole. */
  readonly path: string;
  /** The field's value; `undefined` if it is absent or null, or wrong, which is recorded. */
  readonly get: <T>(field: Field, read: Read<T>) => T | undefined;
  /** Whether there is such a field, other than null. */
  readonly has: (field: Field) => boolean;
  /** The path of a field, for problems. */
  readonly at: (field: Field) => string;
  /** Paths of the fields that the struct does not have. Go ignores them. */
  readonly unknown: readonly string[];
}

/** A struct with these fields. Make it once, not for each value. */
export function struct<Field extends string>(...fields: readonly Field[]): Struct<Field> {
  return { fields, exact: new Set(fields), folded: new Set(fields.map(fold)) };
}

/** Reads the text of a key. `undefined` if it is no JSON, or not what it should be; null is for `read` to decide. */
export function readJson<T>(source: JsonSource, text: string, read: Read<T>): T | undefined {
  try {
    return read(JSON.parse(text), '', source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    addConversionError(source.found, source.key, {
      field: '',
      reason: text === '' ? 'is empty, expected JSON' : `is ${valueText(text)}, expected JSON`,
      fix: 'Correct the value in etcd v2, or delete the key',
    });
    return undefined;
  }
}

/** Records that a part of the value is not what it should be. */
export function wrong(
  source: JsonSource,
  path: string,
  value: unknown,
  expected: string,
  fix = 'Correct the value in etcd v2, or delete the key',
): undefined {
  addConversionError(source.found, source.key, {
    field: path,
    reason: `is ${valueText(value)}, expected ${expected}`,
    fix,
  });
}

/**
 * Reads a JSON object with the fields of a struct: keys match in any case, the exact one first, and of a field that is
 * given more than once the last counts. JSON's null is an object without fields.
 */
export function objectOf<Field extends string>(fields: Struct<Field>): Read<JsonObject<Field>> {
  return (value, path, source) => {
    if (value === null) return jsonObject({}, [], path, source);
    if (!isRecord(value)) return wrong(source, path, value, 'a JSON object');
    const others = Object.keys(value).filter(key => !fields.exact.has(key));
    if (!others.some(key => fields.folded.has(fold(key)))) return jsonObject(value, others, path, source);
    const matched = readGoFields(value, fields.fields);
    const exact = Object.fromEntries(fields.fields.map(field => [field, matched.last(field)]));
    return jsonObject(exact, matched.unknown, path, source);
  };
}

function jsonObject<Field extends string>(
  value: Readonly<Record<string, unknown>>,
  unknown: readonly string[],
  path: string,
  source: JsonSource,
): JsonObject<Field> {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  return {
    path,
    at,
    get: (field, read) => {
      const found = value[field];
      return found === undefined || found === null ? undefined : read(found, at(field), source);
    },
    has: field => value[field] !== undefined && value[field] !== null,
    unknown: unknown.length === 0 ? unknown : unknown.map(at),
  };
}

/** As Go folds: ASCII letters, and the two other characters that Unicode folds to an ASCII letter. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's');
}
