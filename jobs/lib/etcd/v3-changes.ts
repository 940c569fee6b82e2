import type { EtcdConnection } from './connection.ts';
import { type EtcdEntry, endOfPrefix, entries } from './v3.ts';

/** What changed between two revisions. */
export interface Changes {
  /** The later revision, of which nothing is missing. */
  readonly revision: string;
  /** Keys that were created or changed, as they are at `revision`. */
  readonly changed: readonly EtcdEntry[];
  /** Keys that were there and are not any more. */
  readonly deleted: readonly string[];
}

const PAGE_SIZE = 2_000;

/**
 * Every change of the keys with a prefix after a revision, up to now: none proves that a read at that revision still tells the
 * truth. One request where nothing at all was written to the store. Throws an EtcdError `compacted` when etcd no longer has that revision.
 */
export async function changesSince(
  connection: EtcdConnection,
  prefix: string,
  since: string,
  signal?: AbortSignal,
): Promise<Changes> {
  const now = await count(connection, prefix, undefined, signal);
  const { revision } = now;
  if (revision === since) return { revision, changed: [], deleted: [] };
  const changedFrom = String(BigInt(since) + 1n);
  const [before, changed] = await Promise.all([
    count(connection, prefix, since, signal),
    collect(entries(connection, prefix, { revision, changedFrom, pageSize: PAGE_SIZE, signal })),
  ]);
  const created = changed.filter(entry => BigInt(entry.createRevision) > BigInt(since)).length;
  // What was there and is still there, unless it was created anew.
  if (now.keys - created === before.keys) return { revision, changed, deleted: [] };
  const keysAt = async (at: string) => {
    const options = { revision: at, keysOnly: true, pageSize: PAGE_SIZE, signal };
    return (await collect(entries(connection, prefix, options))).map(entry => entry.key);
  };
  const [old, left] = await Promise.all([keysAt(since), keysAt(revision)]);
  const present = new Set(left);
  return { revision, changed, deleted: old.filter(key => !present.has(key)) };
}

async function count(
  connection: EtcdConnection,
  prefix: string,
  at: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly keys: number; readonly revision: string }> {
  const request = {
    key: Buffer.from(prefix),
    range_end: endOfPrefix(prefix),
    count_only: true,
    ...(at === undefined ? {} : { revision: at }),
  };
  const answer = await connection.run(`count of ${prefix}`, client => client.kv.range(request), signal);
  return { keys: Number(answer.count), revision: answer.header.revision };
}

async function collect(found: AsyncIterable<EtcdEntry>): Promise<readonly EtcdEntry[]> {
  const all: EtcdEntry[] = [];
  for await (const entry of found) all.push(entry);
  return all;
}
