import { refused } from '../run/failure.ts';
import { isKubeObject, isRecord, type KubeObject, objectKey } from './object.ts';
import { mergeApplied, mergeChange } from './three-way.ts';
import type { Wanted } from './wanted.ts';

/** Where `kubectl apply` notes what it applied, to know later what is not wanted any more. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** All annotations of an object may have 256 KiB together. */
const LONGEST_NOTE = 250_000;

/** What was applied last; undefined where nothing was. Throws a refusal where the note cannot be read. */
export function lastAppliedOf(live: KubeObject): KubeObject | undefined {
  const note = live.metadata.annotations?.[LAST_APPLIED];
  if (note === undefined || note === '') return undefined;
  const value = parseJson(note);
  if (isKubeObject(value)) return value;
  throw refused(
    `the annotation ${LAST_APPLIED} of ${live.kind ?? 'object'} ${objectKey(live)} is not the JSON of an object. Remove the annotation, and look whether the object has fields that nobody wants any more`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object with a note of what it is itself; without one where that would be longer than the API server takes. */
export function withLastApplied(object: KubeObject, applied = object): KubeObject {
  const note = noteOf(applied);
  const { [LAST_APPLIED]: _, ...others } = object.metadata.annotations ?? {};
  const annotations = Buffer.byteLength(note) > LONGEST_NOTE ? others : { ...others, [LAST_APPLIED]: note };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The very text that kubectl writes. */
function noteOf(object: KubeObject): string {
  const { [LAST_APPLIED]: _, ...annotations } = object.metadata.annotations ?? {};
  return `${goJson({ ...object, metadata: { ...object.metadata, annotations } })}\n`;
}

/** JSON as Go writes it: keys in order, and some characters as escapes. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_, inner) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
  return text.replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a live object becomes, with its note. */
export function appliedTo(live: KubeObject, { object, base }: Wanted): KubeObject {
  const lastApplied = lastAppliedOf(live);
  if (!base) return mergeApplied(lastApplied, withLastApplied(object), live);
  const changed = mergeChange(base, object, live);
  // Who applies a manifest later shall find our changes as if that person had made them.
  return lastApplied ? withLastApplied(changed, mergeChange(base, object, lastApplied)) : changed;
}
