import { monotonicMs, sleep } from '../run/abort.ts';
import { failedRun } from '../run/failure.ts';
import { sameContent } from './clean.ts';
import type { KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { isBeingDeleted, isKubeObject, isRecord, type KubeObject, objectKey } from './object.ts';
import { objectPath, type Resource } from './resource.ts';
import { get, onConflictAgain } from './write.ts';

/** How long finalizers may take. */
const FINALIZER_WAIT_MS = 60_000;

/**
 * Deletes an object if it is still as it was seen, and waits until it is gone. Returns `changed`, and deletes nothing,
 * where somebody has changed it since. The deletion is bound to this very object and state; servers before 1.14 look at
 * its uid only, which leaves the moment between our last look and the deletion. Throws a Failure where finalizers hold it.
 */
export async function deleteAsSeen(
  client: KubeClient,
  resource: Resource,
  seen: KubeObject,
  signal: AbortSignal,
): Promise<'gone' | 'changed'> {
  const { name, namespace } = seen.metadata;
  return onConflictAgain(async () => {
    const current = await get(client, resource, name, namespace);
    if (!current) return 'gone';
    if (current.metadata.uid !== seen.metadata.uid || !sameButForKind(current, seen)) return 'changed';
    const isGone = !isBeingDeleted(current) && (await deleteOnce(client, resource, current));
    if (!isGone) await untilGone(client, resource, current, signal);
    return 'gone';
  });
}

/** Lists of old servers leave apiVersion and kind out of their items. */
const sameButForKind = (a: KubeObject, b: KubeObject): boolean =>
  sameContent({ ...a, apiVersion: '', kind: '' }, { ...b, apiVersion: '', kind: '' });

/** Returns whether the object is gone; where it has finalizers, it is only marked. */
async function deleteOnce(client: KubeClient, resource: Resource, object: KubeObject): Promise<boolean> {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  try {
    const answer = await client.request({
      method: 'DELETE',
      path: objectPath(resource, name, namespace),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
    });
    return !isKubeObject(answer) || finalizersOf(answer).length === 0;
  } catch (error) {
    // An earlier try of this request did it, and its answer was lost.
    if (isNotFound(error)) return true;
    throw error;
  }
}

async function untilGone(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid } = object.metadata;
  const deadline = monotonicMs() + FINALIZER_WAIT_MS;
  for (;;) {
    const current = await get(client, resource, name, namespace);
    if (current?.metadata.uid !== uid || !current) return;
    if (monotonicMs() > deadline) {
      throw failedRun(
        `${resource.kind} ${objectKey(object)} is being deleted, but its finalizers (${finalizersOf(current).join(', ')}) have held it for ${FINALIZER_WAIT_MS / 1000} s. Find what has to remove them, then start again`,
      );
    }
    await sleep(200, signal);
  }
}

function finalizersOf({ metadata }: KubeObject): readonly string[] {
  return isRecord(metadata) && Array.isArray(metadata.finalizers) ? metadata.finalizers.map(String) : [];
}
