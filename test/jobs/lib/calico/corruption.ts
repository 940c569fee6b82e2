import { isRecord, type KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

/** One field of an object that was changed, or taken out, or added. */
export interface Corruption {
  readonly what: string;
  readonly object: KubeObject;
}

/** Every object that differs from this one in one field that has a meaning. */
export function corruptionsOf(object: KubeObject): Corruption[] {
  const { labels = {}, annotations = {}, name } = object.metadata;
  const withMetadata = (metadata: object) => ({ ...object, metadata: { ...object.metadata, ...metadata } });
  return [
    { what: 'name', object: withMetadata({ name: `${name}x` }) },
    ...recordCorruptions(labels).map(([what, value]) => ({
      what: `label ${what}`,
      object: withMetadata({ labels: value }),
    })),
    ...recordCorruptions(annotations).map(([what, value]) => ({
      what: `annotation ${what}`,
      object: withMetadata({ annotations: value }),
    })),
    ...valueCorruptions(object.spec).map(([what, spec]) => ({
      what: `spec${what}`,
      object: { ...object, spec },
    })),
    ...(isRecord(object.spec)
      ? [{ what: 'further field', object: { ...object, spec: { ...object.spec, further: 'x' } } }]
      : []),
  ];
}

type Change = readonly [what: string, value: unknown];

/** Each member changed, and each member taken out. */
function recordCorruptions(record: Readonly<Record<string, unknown>>): Change[] {
  return Object.entries(record).flatMap(([key, value]) => [
    [`${key} taken out`, without(record, key)] as const,
    ...valueCorruptions(value).map(
      ([what, changed]) => [`${key}${what}`, { ...record, [key]: changed }] as const,
    ),
  ]);
}

function valueCorruptions(value: unknown): Change[] {
  if (typeof value === 'string') return [[' changed', `${value}x`]];
  if (typeof value === 'number') return [[' changed', value + 1]];
  if (typeof value === 'boolean') return [[' changed', !value]];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => [
      [`[${index}] taken out`, value.toSpliced(index, 1)] as const,
      ...valueCorruptions(item).map(
        ([what, changed]) => [`[${index}]${what}`, value.with(index, changed)] as const,
      ),
    ]);
  }
  if (!isRecord(value)) return [];
  // Taking out what is empty changes nothing in a spec.
  const meaningful = Object.entries(value).filter(([, member]) => !isEmpty(member));
  return [
    ...meaningful.map(([key]) => [`.${key} taken out`, without(value, key)] as const),
    ...Object.entries(value).flatMap(([key, member]) =>
      valueCorruptions(member).map(
        ([what, changed]) => [`.${key}${what}`, { ...value, [key]: changed }] as const,
      ),
    ),
  ];
}

function without(record: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.values(value).every(isEmpty);
  return value === '' || value === false || value === null;
}
