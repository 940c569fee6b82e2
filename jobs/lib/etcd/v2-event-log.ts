import { monotonicMs } from '../run/abort.ts';
import { EtcdError } from './errors.ts';
import type { V2Event } from './v2-answer.ts';
import type { V2Http } from './v2-http.ts';
import { watchV2 } from './v2-watch.ts';

/** With someone waiting for an event that exists, a second of silence is suspicious. */
const SILENCE_WHILE_WAITED_FOR_MS = 1_000;
const SILENCE_MS = 30_000;

/** Collects events while other work is done. */
export interface EventLog extends Disposable {
  /**
   * The events up to an index that no earlier call has returned, in order. It waits until an event with this index
   * or a later one was seen: etcd sends them in order, so that this one proves, and nothing else could prove, that
   * none is missing. So `index` must be that of an event below the root, such as a mark (`compareAndSwap` of a key
   * with its own value). Throws an EtcdError: `compacted` when events were lost (read the keys anew, and begin
   * another log), `timeout` when no such event was seen in `mostMs`.
   */
  until(index: number, mostMs: number): Promise<readonly V2Event[]>;
}

interface Waiting {
  readonly index: number;
  readonly since: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Begins to collect the events below a root after an index. */
export function startEventLog(
  http: V2Http,
  root: string,
  afterIndex: number,
  signal?: AbortSignal,
): EventLog {
  const stop = new AbortController();
  const ending = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const events: V2Event[] = [];
  const waiting = new Set<Waiting>();
  let seen = afterIndex;
  const silenceMs = () => (waiting.size > 0 ? SILENCE_WHILE_WAITED_FOR_MS : SILENCE_MS);

  const collecting = (async () => {
    for await (const event of watchV2(http, root, afterIndex, { signal: ending, silenceMs })) {
      events.push(event);
      seen = event.modifiedIndex;
      for (const one of waiting) if (one.index <= seen) one.done.resolve();
    }
  })();
  // Whoever waits, now or later, is told.
  collecting.catch(() => undefined);

  return {
    async until(index, mostMs) {
      if (index > seen) {
        const one: Waiting = { index, since: monotonicMs(), done: Promise.withResolvers() };
        waiting.add(one);
        const late = new EtcdError(
          'timeout',
          `etcd: watch of ${root}: no event ${index} after ${mostMs} ms, last was ${seen}`,
        );
        const timer = setTimeout(() => one.done.reject(late), mostMs);
        try {
          await Promise.race([one.done.promise, collecting]);
        } finally {
          clearTimeout(timer);
          waiting.delete(one);
        }
      }
      const count = events.findIndex(event => event.modifiedIndex > index);
      return events.splice(0, count < 0 ? events.length : count);
    },
    [Symbol.dispose]: () => stop.abort(new DOMException('the event log was closed', 'AbortError')),
  };
}
