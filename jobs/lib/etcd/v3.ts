import type { Etcd3, IKeyValue, IRangeRequest, IRangeResponse } from 'etcd3';
import { type EtcdConnection, openConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import type { EtcdOptions } from './options.ts';

export interface EtcdEntry {
  readonly key: string;
  readonly value: Buffer;
  /** The revision of the last change, as decimal digits: it may exceed a JavaScript number. */
  readonly modRevision: string;
  /** The revision of its creation, as decimal digits; a key that was deleted and created again has a new one. */
  readonly createRevision: string;
}

export interface ReadOptions {
  /** The revision to read at; without it, the newest one when the read begins. */
  readonly revision?: string | undefined;
  /**
   * Keys in a request, 4,000 without it. Two pages are held at a time; one that is too large for a message is
   * asked for in parts.
   */
  readonly pageSize?: number;
  /**
   * Keys, in any order, that divide what is expected below the prefix: for each page etcd counts the keys that follow, up to the
   * next of these only. What is returned is the same.
   */
  readonly splitAt?: readonly string[];
  /** Read no values: they are all empty. */
  readonly keysOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads from the key-value store of etcd (v3 API). Writes nothing. */
export interface EtcdReader {
  /** The newest revision of the store. `key` is any key, present or not, that the user may read. */
  revision(key: string, signal?: AbortSignal): Promise<string>;
  /** Every key that begins with the prefix, in the order of the keys, all as they were at one revision. */
  readPrefix(prefix: string, options?: ReadOptions): AsyncIterable<EtcdEntry>;
}

export interface EtcdV3 extends EtcdReader, Disposable {
  /** For the functions of lock.ts, ledger.ts, v3-write.ts and v3-events.ts. */
  readonly connection: EtcdConnection;
  close(): void;
}

/** For each page etcd 3.4 counts all keys that follow, so that small ones cost it much. */
const PAGE_SIZE = 4000;

/** A client for a cluster. Throws a usage failure for options that cannot work; connects with the first request. */
export function connectEtcdV3(options: EtcdOptions): EtcdV3 {
  const connection = openConnection(options);
  return {
    connection,
    revision: (key, signal) => newestRevision(connection, key, signal),
    readPrefix: (prefix, read = {}) => entries(connection, prefix, read),
    close: connection.close,
    [Symbol.dispose]: connection.close,
  };
}

async function newestRevision(connection: EtcdConnection, key: string, signal: AbortSignal | undefined) {
  const request = { key: Buffer.from(key), count_only: true };
  const answer = await connection.run('read of the revision', range(request), signal);
  return answer.header.revision;
}

/** See `EtcdReader.readPrefix`. */
export async function* entries(
  connection: EtcdConnection,
  prefix: string,
  { revision, pageSize = PAGE_SIZE, splitAt = [], keysOnly = false, signal }: ReadOptions,
): AsyncGenerator<EtcdEntry> {
  const ends = rangeEnds(prefix, splitAt);
  let limit = Math.max(1, pageSize);
  const pageFrom = async ({ key, range }: Position, at: string | undefined): Promise<IRangeResponse> => {
    for (;;) {
      const to = { key, range_end: ends[range] ?? key, keys_only: keysOnly, limit };
      const request = { ...to, ...(at === undefined ? {} : { revision: at }) };
      const page = await readPage(connection, prefix, request, signal);
      if (page !== 'too large') return page;
      limit = Math.ceil(limit / 2);
    }
  };
  let position: Position | undefined = { range: 0, key: Buffer.from(prefix) };
  let page = await pageFrom(position, revision);
  const at = revision ?? page.header.revision;
  for (;;) {
    position = positionAfter(page, position, ends);
    const next = position && pageFrom(position, at);
    // It is awaited after the page at hand, or never where the reader stops early.
    next?.catch(() => undefined);
    for (const found of page.kvs) yield entryFrom(found);
    if (!position || !next) return;
    page = await next;
  }
}

/** Where a page begins: in which range, and with which key. */
interface Position {
  readonly range: number;
  readonly key: Buffer;
}

/** Where each range ends and the next begins, in the order of the keys. */
function rangeEnds(prefix: string, splitAt: readonly string[]): readonly Buffer[] {
  const inside = splitAt.filter(key => key.startsWith(prefix) && key !== prefix);
  const bounds = [...new Set(inside)].map(key => Buffer.from(key)).sort(Buffer.compare);
  return [...bounds, endOfPrefix(prefix)];
}

function positionAfter(
  { more, kvs }: IRangeResponse,
  { range }: Position,
  ends: readonly Buffer[],
): Position | undefined {
  const last = kvs.at(-1);
  if (more && last) return { range, key: Buffer.concat([last.key, Buffer.from([0])]) };
  const end = ends[range];
  return end && range + 1 < ends.length ? { range: range + 1, key: end } : undefined;
}

/** An entry as etcd3 gives it. */
export function entryFrom({ key, value, mod_revision, create_revision }: IKeyValue): EtcdEntry {
  return { key: key.toString('utf8'), value, modRevision: mod_revision, createRevision: create_revision };
}

async function readPage(
  connection: EtcdConnection,
  prefix: string,
  request: IRangeRequest & { limit: number },
  signal: AbortSignal | undefined,
): Promise<IRangeResponse | 'too large'> {
  try {
    return await connection.run(`read of ${prefix}`, range(request), signal);
  } catch (error) {
    if (error instanceof EtcdError && error.reason === 'too-large' && request.limit > 1) return 'too large';
    throw error;
  }
}

const range = (request: IRangeRequest) => (client: Etcd3) => client.kv.range(request);

/** The first key after all that begin with the prefix. */
function endOfPrefix(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  // UTF-8 never contains 0xff, so that the last byte can always be raised; an empty prefix means every key.
  const last = end.at(-1);
  if (last === undefined) return Buffer.from([0]);
  end[end.length - 1] = last + 1;
  return end;
}
