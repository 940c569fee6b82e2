import { monotonicMs, sleep } from '../run/abort.ts';
import { EtcdError } from './errors.ts';
import { eventOf, V2_CODES, type V2Event } from './v2-answer.ts';
import type { V2Http, V2Stream } from './v2-http.ts';

const TICK_MS = 250;
const REOPEN_PAUSE_MS = 20;
/** A watch that has shown nothing for so long is renewed, in case that its connection is dead. */
const SILENCE_MS = 30_000;

export interface V2WatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long a silence is taken for one without events, in milliseconds. It is asked often, and may change. */
  readonly silenceMs?: () => number;
}

/**
 * Every event below a key after an index, in order and each once; also those of the key itself, and the deletion
 * of a directory above it. Ends with the signal's reason. Throws an EtcdError `compacted` when etcd no longer has
 * all events: it keeps the last 1,000 of the whole store, so that the tree must be read anew. Reconnects as often
 * as it is needed.
 *
 * etcd's own ways of losing events are met like this: a stream whose first event is an old one never shows
 * another, so old events are fetched one a request; a stream of which the reader is too slow is ended by etcd, and
 * then continued.
 */
export async function* watchV2(
  http: V2Http,
  root: string,
  afterIndex: number,
  { signal, silenceMs = () => SILENCE_MS }: V2WatchOptions = {},
): AsyncGenerator<V2Event> {
  let next = afterIndex + 1;
  let stream = true;
  let poll = await openPoll(http, root, next, stream, signal);
  try {
    for (;;) {
      const event = await poll.next(silenceMs);
      if (event === 'silent') {
        poll = await renewed(poll, () => openPoll(http, root, next, stream, signal));
        continue;
      }
      if (event !== 'ended') {
        next = event.modifiedIndex + 1;
        yield event;
        const isOld = event.modifiedIndex <= poll.startIndex;
        if (stream && !isOld) continue;
        // The end of its answer, so that the connection is used again.
        if (!stream) await poll.next(silenceMs);
        stream = !stream && !isOld;
      } else await sleep(REOPEN_PAUSE_MS, signal);
      poll.close();
      poll = await openPoll(http, root, next, stream, signal);
    }
  } finally {
    poll.close();
  }
}

/** Another request in place of a silent one, which may be healthy and is kept where etcd no longer has the events. */
async function renewed(silent: Poll, open: () => Promise<Poll>): Promise<Poll> {
  try {
    const poll = await open();
    silent.close();
    return poll;
  } catch (error) {
    if (!(error instanceof EtcdError) || error.reason !== 'compacted' || !silent.isOpen()) throw error;
    silent.heard();
    return silent;
  }
}

interface Poll {
  /** The index of the store when etcd began to watch: an event up to it is an old one. */
  readonly startIndex: number;
  next(silenceMs: () => number): Promise<V2Event | 'ended' | 'silent'>;
  heard(): void;
  isOpen(): boolean;
  close(): void;
}

async function openPoll(
  http: V2Http,
  root: string,
  waitIndex: number,
  stream: boolean,
  signal: AbortSignal | undefined,
): Promise<Poll> {
  const query = {
    wait: 'true',
    recursive: 'true',
    waitIndex: String(waitIndex),
    ...(stream ? { stream: 'true' } : {}),
  };
  const what = `watch of ${root}`;
  const answer = await http.retried(() => http.open(what, { key: root, query, signal }), signal);
  if ('close' in answer) return pollOf(what, answer, signal);
  const { problem, endpoint } = answer;
  const begin = `etcd ${endpoint}: ${what} failed: ${problem?.message}`;
  if (problem?.code !== V2_CODES.historyLost) throw new EtcdError('failed', begin);
  throw new EtcdError('compacted', `${begin} (etcd keeps the last 1,000 events: read the keys anew)`);
}

function pollOf(what: string, stream: V2Stream, signal: AbortSignal | undefined): Poll {
  const events = eventsOf(what, stream);
  let pending: Promise<V2Event | 'ended'> | undefined;
  let open = true;
  let since = monotonicMs();
  const read = async (): Promise<V2Event | 'ended'> => {
    try {
      const { done, value } = await events.next();
      if (!done) return value;
    } catch (error) {
      signal?.throwIfAborted();
      // A connection that breaks is like one that ends.
      if (error instanceof EtcdError) throw error;
    }
    open = false;
    return 'ended';
  };
  return {
    startIndex: stream.index,
    async next(silenceMs) {
      pending ??= read();
      const event = await orSilent(pending, () => monotonicMs() - since > silenceMs());
      if (event === 'silent') return event;
      pending = undefined;
      since = monotonicMs();
      return event;
    },
    heard() {
      since = monotonicMs();
    },
    isOpen: () => open,
    close() {
      open = false;
      pending?.catch(() => undefined);
      stream.close();
    },
  };
}

async function orSilent<T>(pending: Promise<T>, isSilent: () => boolean): Promise<T | 'silent'> {
  for (;;) {
    const ended = new AbortController();
    const tick = sleep(TICK_MS, ended.signal).then(
      () => 'tick' as const,
      () => 'tick' as const,
    );
    try {
      const first = await Promise.race([pending, tick]);
      if (first !== 'tick') return first;
    } finally {
      ended.abort();
    }
    if (isSilent()) return 'silent';
  }
}

async function* eventsOf(what: string, { body, endpoint }: V2Stream): AsyncGenerator<V2Event, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield parsedEvent(what, endpoint, rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
    }
  }
  return undefined;
}

function parsedEvent(what: string, endpoint: string, line: string): V2Event {
  const event = eventOf(jsonOf(line));
  if (event) return event;
  throw new EtcdError('failed', `etcd ${endpoint}: ${what}: a line is no event of a kind that is known`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
