import { isRecord } from '../../kubernetes/object.ts';
import { objectOf, type Read, struct } from './json-fields.ts';
import { listOf, readString, readStringMap } from './json-readers.ts';
import { convertNodeName } from './names.ts';

/** Whom addresses of a block are assigned to, in the order of Go's fields. */
export interface BlockAttribute {
  readonly handle_id: string | null;
  readonly secondary: Readonly<Record<string, string>> | null;
}

const ATTRIBUTES = listOf(objectOf(struct('handle_id', 'secondary')));

/** The attributes of a block, their nodes with the names that they have in v3, as in the block's affinity. */
export const readAttributes: Read<readonly BlockAttribute[]> = (value, path, source) =>
  commonForm(value) ??
  ATTRIBUTES(value, path, source)?.map(attribute =>
    convertAttribute(
      attribute.get('handle_id', readString) ?? null,
      attribute.get('secondary', readStringMap) ?? null,
    ),
  );

/** A block has up to 64 of them, so what is as Calico writes it is read at once. */
function commonForm(value: unknown): readonly BlockAttribute[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const attributes: BlockAttribute[] = [];
  for (const item of value) {
    if (!isRecord(item)) return undefined;
    const { handle_id, secondary, ...others } = item;
    if (handle_id !== null && typeof handle_id !== 'string') return undefined;
    if (secondary !== null && !isTexts(secondary)) return undefined;
    if (Object.keys(others).length > 0) return undefined;
    attributes.push(convertAttribute(handle_id, secondary));
  }
  return attributes;
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every(item => typeof item === 'string');
}

function convertAttribute(
  handle_id: string | null,
  given: Readonly<Record<string, string>> | null,
): BlockAttribute {
  const node = given?.node === undefined ? '' : convertNodeName(given.node);
  return { handle_id, secondary: given === null || node === '' ? given : { ...given, node } };
}
