import type { KubeClient } from './client.ts';
import { ApiError, isNotFound } from './errors.ts';
import { isKubeObject, isRecord, type KubeObject } from './object.ts';
import { apiVersionOf, listPath, type Resource } from './resource.ts';

const PAGE_SIZE = 500;

const LIST_ATTEMPTS = 5;

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Keeps only a part of each object, so that large objects (Nodes) do not fill the memory. */
  readonly pick?: (object: KubeObject) => KubeObject;
}

/**
 * All objects of a kind, in one namespace or in all, in the order of the API server; each with apiVersion and kind.
 * Undefined where the kind is not defined (404 on the list). Read in pages where the server knows pages (from 1.9 on).
 */
export async function list(
  client: KubeClient,
  resource: Resource,
  options: ListOptions = {},
): Promise<readonly KubeObject[] | undefined> {
  return (await listAt(client, resource, options))?.objects;
}

/** A list, and the revision of the cluster that it shows, where a watch goes on. */
export interface ListAt {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
}

/** Like `list`, with the revision. */
export async function listAt(
  client: KubeClient,
  resource: Resource,
  options: ListOptions = {},
): Promise<ListAt | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(client, resource, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      // 410: the pages' revision was compacted in the middle of the list. Begin anew.
      const expired = error instanceof ApiError && error.status === 410;
      if (!expired || attempt === LIST_ATTEMPTS) throw error;
    }
  }
}

async function listOnce(
  client: KubeClient,
  resource: Resource,
  { namespace, labelSelector, fieldSelector, pick = object => object }: ListOptions,
): Promise<ListAt> {
  const path = listPath(resource, namespace);
  const objects: KubeObject[] = [];
  let next = '';
  let resourceVersion = '';
  do {
    const query = {
      limit: String(PAGE_SIZE),
      ...(labelSelector ? { labelSelector } : {}),
      ...(fieldSelector ? { fieldSelector } : {}),
      ...(next ? { continue: next } : {}),
    };
    const page = await client.request({ method: 'GET', path, query });
    for (const item of itemsOf(page, path)) {
      objects.push(pick({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...withoutOwners(item) }));
    }
    next = listMeta(page, 'continue');
    resourceVersion = listMeta(page, 'resourceVersion');
  } while (next);
  return { objects, resourceVersion };
}

function itemsOf(page: unknown, path: string): readonly KubeObject[] {
  const items = isRecord(page) ? (page.items ?? []) : undefined;
  if (!Array.isArray(items) || !items.every(isKubeObject)) {
    throw new ApiError({
      status: 0,
      reason: '',
      request: `GET ${path}`,
      message: 'the answer is not a list',
    });
  }
  return items;
}

/** Who wrote which field, as servers from 1.18 on note it: often larger than the object, and of no use here. */
export function withoutOwners(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function listMeta(page: unknown, field: 'continue' | 'resourceVersion'): string {
  const metadata = isRecord(page) ? page.metadata : undefined;
  const value = isRecord(metadata) ? metadata[field] : undefined;
  return typeof value === 'string' ? value : '';
}
