import { sleep } from '../run/abort.ts';
import { refused } from '../run/failure.ts';
import type { KubeClient } from './client.ts';
import { isConflict, isNotFound } from './errors.ts';
import { isBeingDeleted, type KubeObject, objectKey } from './object.ts';
import { objectPath, type Resource, resourceName } from './resource.ts';
import { get } from './write.ts';

/** How often a deletion that is answered with a conflict is tried again, each time after a look. */
const CONFLICT_ATTEMPTS = 30;

/**
 * Deletes this very object: never one of the same name that has taken its place, which is a refusal. An object that is
 * gone, or about to go, is as good: the answer to our own request may have been lost.
 */
export async function remove(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  options: { readonly propagationPolicy?: 'Background' } = {},
): Promise<void> {
  const { name, namespace, uid } = object.metadata;
  const path = objectPath(resource, name, namespace);
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...options,
    ...(uid && { preconditions: { uid } }),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.request({ method: 'DELETE', path, body });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt === CONFLICT_ATTEMPTS) throw error;
      if (await isGoing(client, resource, object)) return;
      await sleep(Math.min(10 * 2 ** attempt, 1_000));
    }
  }
}

/** Whether the object is gone or being deleted. Throws a refusal where another one has taken its place. */
async function isGoing(client: KubeClient, resource: Resource, object: KubeObject): Promise<boolean> {
  const { name, namespace, uid } = object.metadata;
  const found = await get(client, resource, name, namespace);
  if (!found) return true;
  if (uid !== undefined && found.metadata.uid !== uid) throw replaced(resource, object);
  return isBeingDeleted(found);
}

const replaced = (resource: Resource, object: KubeObject) =>
  refused(
    `${resourceName(resource)} ${objectKey(object)} was deleted and made anew during the run, and is left alone. Find out by whom, then start again`,
  );
