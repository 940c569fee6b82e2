import type { EtcdConnection } from './connection.ts';
import { type EtcdEntry, entryFrom } from './v3.ts';

/** As many requests as etcd takes in a transaction (field-lessons reference). */
const MOST_KEYS = 128;

/** What is there of some keys. Keys that are not there are not in the result. */
export async function getEntries(
  connection: EtcdConnection,
  keys: Iterable<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, EtcdEntry>> {
  const wanted = [...keys];
  const found = new Map<string, EtcdEntry>();
  for (let start = 0; start < wanted.length; start += MOST_KEYS) {
    const part = wanted.slice(start, start + MOST_KEYS);
    const request = { success: part.map(key => ({ request_range: { key: Buffer.from(key) } })) };
    const answer = await connection.run(
      `read of ${part[0]}${part.length > 1 ? ` and ${part.length - 1} more` : ''}`,
      client => client.kv.txn(request),
      signal,
    );
    for (const { response_range } of answer.responses) {
      for (const one of response_range?.kvs ?? []) {
        const entry = entryFrom(one);
        found.set(entry.key, entry);
      }
    }
  }
  return found;
}

/** What is there of one key; `undefined` where there is none. */
export async function getEntry(
  connection: EtcdConnection,
  key: string,
  signal?: AbortSignal,
): Promise<EtcdEntry | undefined> {
  return (await getEntries(connection, [key], signal)).get(key);
}
