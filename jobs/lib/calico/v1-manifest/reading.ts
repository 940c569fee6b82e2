import { isRecord } from '../../kubernetes/object.ts';
import { addConversionError, addValidationErrors } from '../v1/findings.ts';
import {
  type JsonObject,
  type JsonSource,
  objectOf,
  type Read,
  type Struct,
  wrong,
} from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import type { FieldProblem } from '../v3/field-problem.ts';

/**
 * Reads an object of a manifest. A field that it does not have is a problem, as it is for calicoctl 1.x, but one beside
 * which the object can be converted.
 */
export function manifestObject<Field extends string>(fields: Struct<Field>): Read<JsonObject<Field>> {
  const read = objectOf(fields);
  return (value, path, source) => {
    const object = read(value, path, source);
    if (object !== undefined) {
      addValidationErrors(source.found, source.key, object.unknown.map(unknownField));
    }
    return object;
  };
}

const unknownField = (field: string): FieldProblem => ({
  field,
  reason: 'is a field that calicoctl 1 does not know and refuses',
  fix: 'Remove the field, or correct its name',
});

/** A part of an object, without fields where it is absent; `undefined` if it is wrong, which is recorded. */
export function partOf<Field extends string, Part extends string>(
  object: JsonObject<Field>,
  field: Field,
  read: Read<JsonObject<Part>>,
  source: JsonSource,
): JsonObject<Part> | undefined {
  return object.has(field) ? object.get(field, read) : read({}, object.at(field), source);
}

/** A value whatever it is: what reads the stored form looks at it. */
export const readAnything: Read<unknown> = value => value;

/** A text. A whole number or a boolean without quotes is the text that calicoctl 1.x makes of it. */
export const readText: Read<string> = (value, path, source) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return wrong(source, path, value, 'a text in quotes', 'Write the value in quotes');
};

/** A list of texts. */
export const readTexts: Read<string[]> = listOf(readText);

/** An object whose values are texts; a null is the empty text, as for Go. */
export const readTextMap: Read<Record<string, string>> = (value, path, source) => {
  if (!isRecord(value)) return wrong(source, path, value, 'an object', 'Write keys with values');
  const entries: [string, string][] = [];
  for (const [key, item] of Object.entries(value)) {
    const text = item === null ? '' : readText(item, `${path}[${JSON.stringify(key)}]`, source);
    if (text !== undefined) entries.push([key, text]);
  }
  return Object.fromEntries(entries);
};

/** A text that has to be there. `undefined` if it is not, which is recorded. */
export function requiredText<Field extends string>(
  object: JsonObject<Field>,
  field: Field,
  source: JsonSource,
): string | undefined {
  if (!object.has(field)) return missing(source, object.at(field), 'a text');
  const text = object.get(field, readText);
  return text === '' ? missing(source, object.at(field), 'a text') : text;
}

/** Records that something has to be there. */
export function missing(source: JsonSource, field: string, expected: string): undefined {
  addConversionError(source.found, source.key, {
    field,
    reason: `is missing, expected ${expected}`,
    fix: 'Add it to the manifest',
  });
}
