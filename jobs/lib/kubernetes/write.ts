import { sleep } from '../run/abort.ts';
import type { KubeClient } from './client.ts';
import { ApiError, isConflict, isNotFound } from './errors.ts';
import { isKubeObject, isRecord, type KubeObject } from './object.ts';
import { listPath, objectPath, type Resource } from './resource.ts';

/** How often a write that meets another writer is tried again, each time on what it then reads. */
const CONFLICT_ATTEMPTS = 30;

/** Reads one object; undefined where it does not exist. */
export async function get(
  client: KubeClient,
  resource: Resource,
  name: string,
  namespace?: string,
): Promise<KubeObject | undefined> {
  try {
    return asObject(await client.request({ method: 'GET', path: objectPath(resource, name, namespace) }));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface Created {
  /** False where an object of that name was there: it is `object`, as it was found. */
  readonly created: boolean;
  readonly object: KubeObject;
}

/**
 * Creates an object. Where one of that name exists, it is read and returned instead: it may be our own, from a request
 * whose answer was lost, so the caller compares.
 */
export async function create(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  namespace?: string,
): Promise<Created> {
  return onConflictAgain(async () => {
    try {
      const path = listPath(resource, namespace);
      return {
        created: true,
        object: asObject(await client.request({ method: 'POST', path, body: object })),
      };
    } catch (error) {
      if (!isConflict(error)) throw error;
      const existing = await get(client, resource, object.metadata.name, namespace);
      if (!existing) throw error;
      return { created: false, object: existing };
    }
  });
}

/**
 * Replaces an object by what `change` makes of its present state; reads anew and asks again when somebody else wrote in
 * between. `change` returns undefined where nothing is to be done. Returns whether something was written.
 */
export async function update(
  client: KubeClient,
  resource: Resource,
  name: string,
  change: (current: KubeObject) => KubeObject | undefined,
  namespace?: string,
): Promise<boolean> {
  return changeExisting(client, resource, name, namespace, async current => {
    const wanted = change(current);
    if (!wanted) return false;
    const body = { ...wanted, metadata: { ...wanted.metadata, ...identityOf(current) } };
    await client.request({ method: 'PUT', path: objectPath(resource, name, namespace), body });
    return true;
  });
}

/** What makes it this very object and state. Servers before 1.8 compare the first two with what they have. */
function identityOf({ metadata: { uid, creationTimestamp, resourceVersion } }: KubeObject) {
  return { uid, creationTimestamp, resourceVersion };
}

/** Like `update`, with a merge patch that is bound to the state it was made for. */
export async function mergePatch(
  client: KubeClient,
  resource: Resource,
  name: string,
  makePatch: (current: KubeObject) => Record<string, unknown> | undefined,
  namespace?: string,
): Promise<boolean> {
  return changeExisting(client, resource, name, namespace, async current => {
    const patch = makePatch(current);
    if (!patch) return false;
    const metadata = isRecord(patch.metadata) ? patch.metadata : {};
    const body = { ...patch, metadata: { ...metadata, resourceVersion: current.metadata.resourceVersion } };
    const path = objectPath(resource, name, namespace);
    await client.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    return true;
  });
}

async function changeExisting(
  client: KubeClient,
  resource: Resource,
  name: string,
  namespace: string | undefined,
  write: (current: KubeObject) => Promise<boolean>,
): Promise<boolean> {
  return onConflictAgain(async () => {
    const current = await get(client, resource, name, namespace);
    if (!current) {
      throw new ApiError({
        status: 404,
        reason: 'NotFound',
        request: `GET ${objectPath(resource, name, namespace)}`,
        message: 'it was deleted in the meantime',
      });
    }
    return write(current);
  });
}

/** Does something again, for some seconds, as long as it meets another writer. */
export async function onConflictAgain<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isConflict(error) || attempt === CONFLICT_ATTEMPTS) throw error;
      await sleep(Math.min(10 * 2 ** attempt, 1_000), signal);
    }
  }
}

function asObject(value: unknown): KubeObject {
  if (isKubeObject(value)) return value;
  throw new ApiError({
    status: 0,
    reason: '',
    request: 'answer',
    message: 'the answer is not a Kubernetes object',
  });
}
