import { sameContent } from './clean.ts';
import { type KubeObject, objectKey } from './object.ts';

/** The keys of objects that are new since `before`, or have another content than there. */
export function newOrChanged(
  before: readonly KubeObject[] = [],
  now: readonly KubeObject[] = [],
): readonly string[] {
  const known = new Map(before.map(object => [objectKey(object), object]));
  return now
    .filter(object => {
      const old = known.get(objectKey(object));
      return old === undefined || !sameContent(old, object);
    })
    .map(objectKey);
}

/** The objects of both, one of `now` in the place of an older one. */
export function withNewer(before: readonly KubeObject[], now: readonly KubeObject[]): readonly KubeObject[] {
  const keys = new Set(now.map(objectKey));
  return [...before.filter(object => !keys.has(objectKey(object))), ...now];
}
