import { isKubeObject, isRecord, type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import type { Upstream } from '../cluster/tpr-server-upstream.ts';

/** A change of an object, in the order of the API server. */
export interface Change<T> {
  readonly type: 'present' | 'gone';
  readonly facts: T;
  /** The revision of etcd, which orders changes of objects of all kinds. */
  readonly revision: number;
}

export interface Follow<T> {
  /** The path of a list. */
  readonly path: string;
  /** What is kept of an object. */
  readonly pick: (object: KubeObject) => T;
  readonly onChange: (change: Change<T>) => void;
  /** Called when all that exists at the start has been told. */
  readonly onListed: () => void;
}

const WATCH_SECONDS = 240; // below the time after which a connection without data counts as dead
const PAUSE_MS = 100;

/** Lists objects and then watches them until the signal; begins anew when the API server ends the watch. */
export async function follow<T>(upstream: Upstream, given: Follow<T>, signal: AbortSignal): Promise<void> {
  const known = new Map<string, T>();
  while (!signal.aborted) {
    try {
      let revision = await listInto(upstream, given, known, signal);
      given.onListed();
      while (!signal.aborted) revision = await watchFrom(upstream, given, known, revision, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof WatchEnded) && !isNetworkError(error)) throw error;
      await sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

/** The watch cannot go on from its revision, or the API server does not answer well: list anew. */
class WatchEnded extends Error {}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}

async function listInto<T>(
  upstream: Upstream,
  { path, pick, onChange }: Follow<T>,
  known: Map<string, T>,
  signal: AbortSignal,
): Promise<number> {
  const answer = await upstream.send({ method: 'GET', path, signal });
  const body: unknown = JSON.parse(await answer.body.text());
  if (answer.statusCode !== 200 || !isRecord(body) || !Array.isArray(body.items)) {
    throw new WatchEnded(`the list of ${path} was answered with ${answer.statusCode}`);
  }
  const revision = revisionOf(body.metadata);
  const objects = new Map(body.items.filter(isKubeObject).map(object => [objectKey(object), object]));
  for (const [key, facts] of known) {
    if (objects.has(key)) continue;
    known.delete(key);
    onChange({ type: 'gone', facts, revision });
  }
  for (const [key, object] of objects) {
    const facts = pick(object);
    known.set(key, facts);
    onChange({ type: 'present', facts, revision: revisionOf(object.metadata) });
  }
  return revision;
}

/** Returns the last revision when the API server has ended the watch in good order. */
async function watchFrom<T>(
  upstream: Upstream,
  given: Follow<T>,
  known: Map<string, T>,
  from: number,
  signal: AbortSignal,
): Promise<number> {
  const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${from}`;
  const answer = await upstream.send({ method: 'GET', path: `${given.path}?${query}`, signal });
  if (answer.statusCode !== 200) {
    await answer.body.text();
    throw new WatchEnded(`the watch of ${given.path} was answered with ${answer.statusCode}`);
  }
  let revision = from;
  for await (const line of linesOf(answer.body)) {
    revision = take(JSON.parse(line), given, known);
  }
  return revision;
}

async function* linesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new Error('a chunk of a watch is no bytes');
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Tells one event of a watch; returns its revision. */
function take<T>(event: unknown, { pick, onChange }: Follow<T>, known: Map<string, T>): number {
  if (!isRecord(event) || !isRecord(event.object)) throw new WatchEnded('an event of a watch has no object');
  if (event.type === 'ERROR') throw new WatchEnded(JSON.stringify(event.object));
  const revision = revisionOf(event.object.metadata);
  if (event.type === 'BOOKMARK' || !isKubeObject(event.object)) return revision;
  const key = objectKey(event.object);
  const facts = pick(event.object);
  const gone = event.type === 'DELETED';
  if (gone) known.delete(key);
  else known.set(key, facts);
  onChange({ type: gone ? 'gone' : 'present', facts, revision });
  return revision;
}

function revisionOf(metadata: unknown): number {
  const revision = isRecord(metadata) ? Number(metadata.resourceVersion) : Number.NaN;
  if (!Number.isSafeInteger(revision)) throw new WatchEnded('an object has no revision');
  return revision;
}
