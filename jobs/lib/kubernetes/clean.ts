import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from './object.ts';

/** What API servers of any version put into metadata by themselves. */
const SERVER_SET = new Set([
  'uid',
  'resourceVersion',
  'selfLink',
  'creationTimestamp',
  'generation',
  'managedFields',
  'clusterName',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** The object as a user would write it: without what the server sets. */
export function withoutServerFields(object: KubeObject): KubeObject {
  const { name, ...rest } = object.metadata;
  const kept = Object.entries(rest).filter(
    ([field, value]) => !SERVER_SET.has(field) && value !== '' && value !== null,
  );
  return { ...object, metadata: { name, ...Object.fromEntries(kept) } };
}

/** Whether two objects are the same but for what servers set. */
export function sameContent(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(withoutServerFields(a), withoutServerFields(b));
}
