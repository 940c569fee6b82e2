import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { ApiError, classify } from '../../jobs/lib/kubernetes/errors.ts';
import { listAt } from '../../jobs/lib/kubernetes/list.ts';
import { isKubeObject, isRecord, type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { listPath, type Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';

/** A change of an object, in the order of the API server. */
export interface Change<T> {
  readonly type: 'present' | 'gone';
  readonly facts: T;
  /** The revision of etcd, which orders changes of objects of all kinds. */
  readonly revision: number;
}

export interface Follow<T> {
  readonly resource: Resource;
  /** What is kept of an object. */
  readonly pick: (object: KubeObject) => T;
  /** Told of every event, also of one that leaves what is kept as it was. */
  readonly onChange: (change: Change<T>) => void;
  /** Called after each list: all that exists has been told. */
  readonly onListed: () => void;
}

const WATCH_SECONDS = 240;
const IDLE_MS = 300_000;
const PAUSE_MS = 100;

/**
 * Tells what exists and then each change, with what the watch of jobs/lib does not tell: deletions with their revisions,
 * and an object that was made anew between two looks. Ends with the signal; throws what no further try can mend.
 */
export async function follow<T>(client: KubeClient, given: Follow<T>, signal: AbortSignal): Promise<void> {
  const known = new Map<string, T>();
  while (!signal.aborted) {
    try {
      let revision = await listInto(client, given, known);
      given.onListed();
      while (!signal.aborted) revision = await watchFrom(client, given, known, revision, signal);
    } catch (error) {
      if (signal.aborted) return;
      const mended = error instanceof ApiError && (classify(error) === 'retry' || error.status === 410);
      if (!mended) throw error;
      await sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

async function listInto<T>(
  client: KubeClient,
  { resource, pick, onChange }: Follow<T>,
  known: Map<string, T>,
): Promise<number> {
  const present = new Map<string, { readonly facts: T; readonly revision: number }>();
  const found = await listAt(client, resource, {
    pick: object => {
      present.set(objectKey(object), { facts: pick(object), revision: revisionOf(object) });
      return { metadata: { name: object.metadata.name } };
    },
  });
  const listed = Number(found?.resourceVersion);
  for (const [key, facts] of known) {
    if (present.has(key)) continue;
    known.delete(key);
    onChange({ type: 'gone', facts, revision: listed });
  }
  for (const [key, { facts, revision }] of present) {
    known.set(key, facts);
    onChange({ type: 'present', facts, revision });
  }
  return listed;
}

/** Returns the last revision when the API server has ended the watch in good order. */
async function watchFrom<T>(
  client: KubeClient,
  { resource, pick, onChange }: Follow<T>,
  known: Map<string, T>,
  from: number,
  signal: AbortSignal,
): Promise<number> {
  const query = {
    ...{ watch: 'true', allowWatchBookmarks: 'true' },
    ...{ timeoutSeconds: String(WATCH_SECONDS), resourceVersion: String(from) },
  };
  let revision = from;
  for await (const line of client.lines(
    { method: 'GET', path: listPath(resource), query },
    IDLE_MS,
    signal,
  )) {
    if (line === '') continue;
    const { type, object } = parseEvent(line);
    revision = revisionOf(object);
    if (type === 'BOOKMARK' || !isKubeObject(object)) continue;
    const key = objectKey(object);
    const facts = pick(object);
    const gone = type === 'DELETED';
    if (gone) known.delete(key);
    else known.set(key, facts);
    onChange({ type: gone ? 'gone' : 'present', facts, revision });
  }
  return revision;
}

/** Throws ApiError with the status 410 where the watch cannot go on from its revision. */
function parseEvent(line: string): { readonly type: unknown; readonly object: unknown } {
  const event: unknown = JSON.parse(line);
  const { type, object } = isRecord(event) ? event : {};
  if (type !== 'ERROR') return { type, object };
  const message = JSON.stringify(object);
  const status = isRecord(object) ? Number(object.code) : 0;
  throw new ApiError({ status, reason: '', request: 'watch', message });
}

function revisionOf(object: unknown): number {
  const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
  const revision = Number(metadata.resourceVersion);
  if (!Number.isSafeInteger(revision)) throw new Error(`no revision in ${JSON.stringify(object)}`);
  return revision;
}
