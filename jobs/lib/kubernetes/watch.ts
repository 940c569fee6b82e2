import { monotonicMs, sleep } from '../run/abort.ts';
import type { KubeClient } from './client.ts';
import { ApiError, classify } from './errors.ts';
import { listAt, withoutOwners } from './list.ts';
import { isKubeObject, isRecord, type KubeObject, objectKey } from './object.ts';
import { listPath, type Resource, resourceName } from './resource.ts';

/** The server ends a watch after this time; one that it did not end by then, and that is silent, is dead (field-lessons, F5). */
const WATCH_SECONDS = 40;
const IDLE_MS = 50_000;

const SHORTEST_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface WatchOptions<T> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What is kept of an object: there may be thousands. */
  readonly pick: (object: KubeObject) => T;
  /** Called after every change, and once when everything is known. */
  readonly onChange: () => void;
  /** Told of each time that the connection is lost, or events were missed. */
  readonly onLoss?: (error: Error) => void;
}

/** A copy of the objects of a kind that follows the API server. */
export interface Watched<T> {
  /** By `namespace/name`, or the name. */
  readonly objects: ReadonlyMap<string, T>;
  /** Whether everything was listed once. */
  isSynced(): boolean;
  /** Ends when the signal is aborted; throws what no further try can mend, such as a missing right. */
  readonly done: Promise<void>;
}

/** Lists and watches a kind until the signal ends it. After a loss it lists anew, so that no change is missed. */
export function watch<T>(
  client: KubeClient,
  resource: Resource,
  options: WatchOptions<T>,
  signal: AbortSignal,
): Watched<T> {
  const objects = new Map<string, T>();
  let synced = false;
  const list = async (): Promise<string> => {
    const found = await listAll(client, resource, options);
    objects.clear();
    for (const [key, object] of found.objects) objects.set(key, object);
    synced = true;
    options.onChange();
    return found.resourceVersion;
  };
  const apply = (event: WatchEvent): void => {
    const key = objectKey(event.object);
    if (event.type === 'DELETED') objects.delete(key);
    else objects.set(key, options.pick(event.object));
    options.onChange();
  };
  return {
    objects,
    isSynced: () => synced,
    done: follow(client, resource, options, { list, apply }, signal),
  };
}

async function listAll<T>(client: KubeClient, resource: Resource, options: WatchOptions<T>) {
  const { pick, namespace, labelSelector, fieldSelector } = options;
  const keyed = new Map<string, T>();
  const found = await listAt(client, resource, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    pick: object => {
      keyed.set(objectKey(object), pick(object));
      return { metadata: { name: object.metadata.name } };
    },
  });
  if (!found) {
    throw new ApiError({
      status: 404,
      reason: 'NotFound',
      request: `GET ${listPath(resource, namespace)}`,
      message: `the API server does not serve ${resourceName(resource)}`,
    });
  }
  return { objects: keyed, resourceVersion: found.resourceVersion };
}

interface Steps {
  list(): Promise<string>;
  apply(event: WatchEvent): void;
}

async function follow<T>(
  client: KubeClient,
  resource: Resource,
  options: WatchOptions<T>,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  let from: string | undefined;
  let losses = 0;
  while (!signal.aborted) {
    const startedAt = monotonicMs();
    try {
      from = await followOnce(client, resource, options, steps, from ?? (await steps.list()), signal);
      losses = 0;
      // A server that is going away ends every watch at once.
      if (monotonicMs() - startedAt < SHORTEST_MS) await sleep(SHORTEST_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      from = undefined;
      losses = monotonicMs() - startedAt > LONGEST_PAUSE_MS ? 1 : losses + 1;
      options.onLoss?.(error);
      await sleep(Math.min(100 * 2 ** losses, LONGEST_PAUSE_MS), signal).catch(() => undefined);
    }
  }
}

/** One watch until the server ends it; returns the revision to go on from. */
async function followOnce<T>(
  client: KubeClient,
  resource: Resource,
  options: WatchOptions<T>,
  { apply }: Steps,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<string> {
  let from = resourceVersion;
  for await (const event of eventsFrom(client, resource, options, from, signal)) {
    if (event.type !== 'BOOKMARK') apply(event);
    from = event.object.metadata.resourceVersion ?? from;
  }
  return from;
}

/** Network trouble, a server that is overloaded, or a revision that is too old (410): all mended by a new list. */
const isPassing = (error: unknown): error is ApiError =>
  error instanceof ApiError && (classify(error) === 'retry' || error.status === 410);

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

async function* eventsFrom<T>(
  client: KubeClient,
  resource: Resource,
  { namespace, labelSelector, fieldSelector }: WatchOptions<T>,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncIterable<WatchEvent> {
  const path = listPath(resource, namespace);
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
    resourceVersion,
    ...(labelSelector ? { labelSelector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
  };
  for await (const line of client.lines({ method: 'GET', path, query }, IDLE_MS, signal)) {
    if (line !== '') yield parseEvent(line, `GET ${path}`);
  }
}

const TYPES = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] as const;

/** Throws ApiError for what is no event: a cut line, or the error that a server ends a watch with. */
function parseEvent(line: string, request: string): WatchEvent {
  const event = parseJson(line);
  const object = isRecord(event) ? event.object : undefined;
  const type = TYPES.find(known => isRecord(event) && event.type === known);
  if (type && (isKubeObject(object) || (type === 'BOOKMARK' && isRecord(object)))) {
    return { type, object: isKubeObject(object) ? withoutOwners(object) : bookmark(object) };
  }
  const status = isRecord(object) && typeof object.code === 'number' ? object.code : 0;
  const message = isRecord(object) ? String(object.message) : 'the answer is no event of a watch';
  throw new ApiError({ status, reason: '', request, message });
}

function bookmark({ metadata }: Readonly<Record<string, unknown>>): KubeObject {
  const version = isRecord(metadata) ? metadata.resourceVersion : undefined;
  return { metadata: { name: '', ...(typeof version === 'string' && { resourceVersion: version }) } };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
