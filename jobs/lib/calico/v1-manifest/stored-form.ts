import type { JsonObject, JsonSource, Read } from '../v1/json-fields.ts';
import type { Unit, UnitValues } from '../v1/unit.ts';
import type { Origins } from './origins.ts';

/** An object of a manifest as calicoctl 1.x stores it in etcd v2. */
export interface StoredForm {
  readonly unit: Unit;
  readonly values: UnitValues;
  /** Where parts of the stored value, and of the v3 object, are in the manifest. */
  readonly origins: Origins;
  /** The path in the manifest of what is stored under a key, for kinds that are stored under several keys. */
  readonly bases?: ReadonlyMap<string, string>;
}

/** The metadata and the spec of an object, before they are read. */
export type Envelope = JsonObject<'apiVersion' | 'kind' | 'metadata' | 'spec'>;

/** Reads the objects of one kind. `undefined` if there is something wrong, which is recorded. */
export type ReadKind = (envelope: Envelope, source: JsonSource) => StoredForm | undefined;

/** Fields of a manifest by the name under which they are stored. */
export type FieldTable<Field extends string> = readonly (readonly [
  stored: string,
  field: Field,
  read: Read<unknown>,
])[];

/**
 * The fields of an object under the names under which they are stored; those that are absent or wrong are left out.
 * @param base the path of the result in the stored value, with its dot at the end
 */
export function storedFields<Field extends string>(
  from: JsonObject<Field>,
  table: FieldTable<Field>,
  origins: Origins,
  base = '',
): Record<string, unknown> {
  const stored: Record<string, unknown> = {};
  for (const [name, field, read] of table) {
    const value = from.get(field, read);
    if (value === undefined) continue;
    stored[name] = value;
    origins.set(base + name, from.at(field));
  }
  return stored;
}

/** A stored form of one key. */
export function oneKeyForm(
  unit: Omit<Unit, 'id'>,
  key: string,
  value: Readonly<Record<string, unknown>>,
  origins: Origins,
): StoredForm {
  return { unit: { ...unit, id: key }, values: new Map([[key, JSON.stringify(value)]]), origins };
}
