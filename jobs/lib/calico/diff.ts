import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { LAST_APPLIED } from './metadata.ts';
import { normalSpec } from './normal-form.ts';
import { valueText } from './object-text.ts';
import type { TprKind } from './tpr-kinds.ts';

/** One field that differs; what is not there is `undefined`. */
export interface Difference {
  /** Path below the object, such as `spec.ipip.mode`. */
  readonly field: string;
  readonly found: unknown;
  readonly wanted: unknown;
}

/**
 * The fields in which an existing CRD object differs in meaning from the wanted one. Labels and annotations that
 * only the existing object has do not matter, further fields of the spec do (tpr-to-crd reference, section 4).
 */
export function differences(kind: TprKind, existing: KubeObject, wanted: KubeObject): Difference[] {
  const found = existing.metadata;
  const { name, labels, annotations } = wanted.metadata;
  return [
    ...valueDifferences('metadata.name', found.name, name),
    ...compareWanted('metadata.labels', found.labels, labels),
    ...compareWanted('metadata.annotations', found.annotations, annotations),
    ...valueDifferences('spec', normalSpec(kind, existing.spec), normalSpec(kind, wanted.spec)),
  ];
}

/** `spec.ipip.mode: found "always", wanted "cross-subnet"`, long values cut. */
export function differenceText({ field, found, wanted }: Difference): string {
  return `${field}: found ${valueText(found)}, wanted ${valueText(wanted)}`;
}

type Strings = Readonly<Record<string, string>>;

function compareWanted(field: string, found: Strings = {}, wanted: Strings = {}): Difference[] {
  return Object.entries(wanted)
    .filter(([key]) => key !== LAST_APPLIED)
    .flatMap(([key, value]) => valueDifferences(fieldPath(field, key), ownValue(found, key), value));
}

/** The fields at and below `field` that differ; an absent field and `undefined` are the same. */
export function valueDifferences(field: string, found: unknown, wanted: unknown): Difference[] {
  if (Array.isArray(found) && Array.isArray(wanted)) {
    const longer = found.length > wanted.length ? found : wanted;
    return longer.flatMap((_, index) => valueDifferences(`${field}[${index}]`, found[index], wanted[index]));
  }
  if (isRecord(found) && isRecord(wanted)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
    return [...keys]
      .sort()
      .flatMap(key => valueDifferences(fieldPath(field, key), ownValue(found, key), ownValue(wanted, key)));
  }
  return found === wanted ? [] : [{ field, found, wanted }];
}

/** Not what an object inherits: `constructor` is a fine name for a label. */
function ownValue(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function fieldPath(field: string, key: string): string {
  return /^[\w-]+$/.test(key) ? `${field}.${key}` : `${field}["${key}"]`;
}
