import type { Etcd3, IRangeRequest, IRangeResponse } from 'etcd3';
import { type EtcdConnection, openConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import type { EtcdOptions } from './options.ts';

export interface EtcdEntry {
  readonly key: string;
  readonly value: Buffer;
  /** The revision of the last change, as decimal digits: it may exceed a JavaScript number. */
  readonly modRevision: string;
}

export interface ReadOptions {
  /** The revision to read at; without it, the newest one when the read begins. */
  readonly revision?: string | undefined;
  /** The most keys to hold at a time. */
  readonly pageSize?: number;
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
  close(): void;
}

const PAGE_SIZE = 500;

/** A client for a cluster. Throws a usage failure for options that cannot work; connects with the first request. */
export function connectEtcdV3(options: EtcdOptions): EtcdV3 {
  const connection = openConnection(options);
  return {
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

async function* entries(
  connection: EtcdConnection,
  prefix: string,
  { revision, pageSize = PAGE_SIZE, signal }: ReadOptions,
): AsyncGenerator<EtcdEntry> {
  const rangeEnd = endOfPrefix(prefix);
  let limit = Math.max(1, pageSize);
  let key: Buffer = Buffer.from(prefix);
  let at = revision;
  for (;;) {
    const request = { key, range_end: rangeEnd, limit, ...(at === undefined ? {} : { revision: at }) };
    const page = await readPage(connection, prefix, request, signal);
    if (page === 'too large') {
      limit = Math.ceil(limit / 2);
      continue;
    }
    at ??= page.header.revision;
    for (const { key: name, value, mod_revision } of page.kvs) {
      yield { key: name.toString('utf8'), value, modRevision: mod_revision };
    }
    const last = page.kvs.at(-1);
    if (!page.more || !last) return;
    key = Buffer.concat([last.key, Buffer.from([0])]);
  }
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
