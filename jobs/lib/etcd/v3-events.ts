import type { Etcd3, IWatchResponse, Watcher } from 'etcd3';
import type { EtcdConnection } from './connection.ts';

/** The last state of each key that changed: its value, or `undefined` where it was deleted. */
export type V3Changes = ReadonlyMap<string, Buffer | undefined>;

/**
 * Every change below a prefix after one revision and up to another, which must be that of a change below it. It takes as long
 * as there are changes, however many keys there are. Throws an EtcdError `compacted` when etcd no longer has the revision.
 */
export function changesBetween(
  connection: EtcdConnection,
  prefix: string,
  after: string,
  upTo: string,
  signal?: AbortSignal,
): Promise<V3Changes> {
  return connection.run(
    `watch of ${prefix} from revision ${after}`,
    client => collect(client, prefix, after, upTo),
    signal,
  );
}

async function collect(client: Etcd3, prefix: string, after: string, upTo: string): Promise<V3Changes> {
  const changes = new Map<string, Buffer | undefined>();
  const last = BigInt(upTo);
  const ended = Promise.withResolvers<void>();
  const watcher = client
    .watch()
    .prefix(prefix)
    .startRevision(String(BigInt(after) + 1n))
    .watcher();
  watcher.on('data', ({ events }: IWatchResponse) => {
    for (const { type, kv } of events) {
      if (BigInt(kv.mod_revision) <= last)
        changes.set(kv.key.toString(), type === 'Put' ? kv.value : undefined);
    }
    if (events.some(({ kv }) => BigInt(kv.mod_revision) >= last)) ended.resolve();
  });
  watcher.on('error', error => ended.reject(error));
  // It would begin anew by itself: whoever called decides that.
  watcher.on('disconnected', error => ended.reject(error));
  try {
    await ended.promise;
    return changes;
  } finally {
    stop(watcher);
  }
}

/** Its end is not waited for: where the connection broke it may never come. */
function stop(watcher: Watcher): void {
  watcher.removeAllListeners();
  watcher.on('error', () => undefined);
  watcher.cancel().catch(() => undefined);
}
