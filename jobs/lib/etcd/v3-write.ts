import type { IKeyValue, IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import type { EtcdConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import { encodeEntry, entryOf } from './ledger-entry.ts';
import { type EtcdEntry, entryFrom } from './v3.ts';
import {
  ABSENT,
  compareCreate,
  compareOf,
  holds,
  lookAt,
  requestOf,
  type Standing,
  standingOf,
  type WriteOperation,
} from './v3-operation.ts';
import { packed } from './v3-pack.ts';

/** A lock that is held: writes happen only while its key is the one that was created at this revision. */
export interface Fence {
  readonly key: string;
  readonly createRevision: string;
}

/**
 * Written at a revision; or not, because the guard did not hold: then `found` is what was there (undefined:
 * nothing).
 */
export type WriteResult = { readonly revision: string } | { readonly found: EtcdEntry | undefined };

export interface WriteOptions {
  readonly fence: Fence;
  /**
   * Gives the key of the next ledger entry (see ledger.ts), one that was never used. Without it nothing is
   * recorded.
   */
  readonly ledger?: { nextKey(): string } | undefined;
  /** Told of every operation once, in any order. */
  readonly onResult?: (operation: WriteOperation, result: WriteResult) => void;
  /** Transactions under way at a time. */
  readonly inFlight?: number;
  readonly signal?: AbortSignal | undefined;
}

const IN_FLIGHT = 6;

/**
 * Carries out operations in transactions that etcd takes, several at a time: a key that is in it twice is written
 * in any order. An operation whose guard does not hold is left out and reported, the others are not affected. A
 * transaction whose answer was lost is sent again: it takes effect once (field-lessons F6). Throws an EtcdError:
 * `lock-lost`, `no-space`, `too-large`, or one of the connection; those that were under way are waited for.
 */
export async function writeAll(
  connection: EtcdConnection,
  operations: Iterable<WriteOperation> | AsyncIterable<WriteOperation>,
  options: WriteOptions,
): Promise<void> {
  const packs = packed(operations);
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (;;) {
        options.signal?.throwIfAborted();
        const { done, value } = await packs.next();
        if (done || failed) return;
        await writePack(connection, value, options);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const workers = Array.from({ length: options.inFlight ?? IN_FLIGHT }, worker);
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function writePack(
  connection: EtcdConnection,
  pack: readonly WriteOperation[],
  options: WriteOptions,
): Promise<void> {
  const ledgerKey = options.ledger && entryOf(pack) ? options.ledger.nextKey() : undefined;
  const told = (operation: WriteOperation, result: WriteResult) => options.onResult?.(operation, result);
  let left = pack;
  while (left.length > 0) {
    const { outcome, lost } = await commit(connection, left, ledgerKey, options);
    if ('revision' in outcome) {
      for (const operation of left) told(operation, { revision: outcome.revision });
      return;
    }
    const next: WriteOperation[] = [];
    for (const [i, operation] of left.entries()) {
      const standing = outcome.standings[i] ?? ABSENT;
      if (holds(operation, standing)) next.push(operation);
      else
        told(operation, await resultOf(connection, operation, { standing, at: outcome.at, lost }, options));
    }
    left = next;
  }
}

/** Committed at a revision; or not, and what stood in the way `at` a revision, for each operation. */
type Outcome =
  | { readonly revision: string }
  | { readonly standings: readonly Standing[]; readonly at: string };

async function commit(
  connection: EtcdConnection,
  operations: readonly WriteOperation[],
  ledgerKey: string | undefined,
  { fence, signal }: WriteOptions,
): Promise<{ readonly outcome: Outcome; readonly lost: boolean }> {
  const request = transaction(operations, ledgerKey, fence);
  let tries = 0;
  const answer = await connection.run(
    `write of ${operations.length} keys from ${operations[0]?.key} on`,
    client => {
      tries += 1;
      return client.kv.txn(request);
    },
    signal,
  );
  const lost = tries > 1;
  if (answer.succeeded) return { outcome: { revision: answer.header.revision }, lost };
  const [lock, ledger] = answer.responses.map(foundIn);
  // Our entry is there: an earlier try was carried out, and the lock was ours then.
  if (ledgerKey && ledger) return { outcome: { revision: ledger.mod_revision }, lost };
  if (lock?.create_revision !== fence.createRevision) throw lockLost(fence);
  const at = answer.header.revision;
  return { outcome: { standings: await standingsAt(connection, operations, at, signal), at }, lost };
}

function transaction(
  operations: readonly WriteOperation[],
  ledgerKey: string | undefined,
  fence: Fence,
): ITxnRequest {
  const lockKey = Buffer.from(fence.key);
  const entryKey = ledgerKey === undefined ? undefined : Buffer.from(ledgerKey);
  const entry = entryKey && entryOf(operations);
  const compare = [compareCreate(lockKey, fence.createRevision)];
  const success: IRequestOp[] = [];
  if (entryKey) compare.push(compareCreate(entryKey, ABSENT.createRevision));
  if (entryKey && entry) success.push({ request_put: { key: entryKey, value: encodeEntry(entry) } });
  for (const operation of operations) {
    const key = Buffer.from(operation.key);
    compare.push(compareOf(operation, key));
    success.push(requestOf(operation, key));
  }
  return { compare, success, failure: [lookAt(lockKey), lookAt(entryKey ?? lockKey)] };
}

/** What stood there when a transaction was refused. */
async function standingsAt(
  connection: EtcdConnection,
  operations: readonly WriteOperation[],
  at: string,
  signal: AbortSignal | undefined,
): Promise<readonly Standing[]> {
  const success = operations.map(({ key }) => lookAt(Buffer.from(key), at));
  const what = `read of ${operations.length} keys from ${operations[0]?.key} on`;
  const answer = await connection.run(what, client => client.kv.txn({ success }), signal);
  return answer.responses.map(response => standingOf(foundIn(response)));
}

const foundIn = ({ response_range }: ITxnResponse['responses'][number]): IKeyValue | undefined =>
  response_range?.kvs[0];

interface Found {
  readonly standing: Standing;
  readonly at: string;
  /** An earlier try of the same transaction may have been carried out. */
  readonly lost: boolean;
}

/** What to report of an operation whose guard does not hold (any more). */
async function resultOf(
  connection: EtcdConnection,
  operation: WriteOperation,
  { standing, at, lost }: Found,
  { signal }: WriteOptions,
): Promise<WriteResult> {
  if (standing.createRevision === ABSENT.createRevision) {
    return lost && operation.kind === 'delete' ? { revision: at } : { found: undefined };
  }
  const request = { key: Buffer.from(operation.key), revision: at };
  const answer = await connection.run(`read of ${operation.key}`, client => client.kv.range(request), signal);
  const [found] = answer.kvs;
  if (!found) return { found: undefined };
  const isOurs = lost && operation.kind === 'put' && found.value.equals(operation.value);
  return isOurs ? { revision: found.mod_revision } : { found: entryFrom(found) };
}

/** The error for a lock that is held no more: whoever holds it now may be writing. */
export function lockLost({ key }: Fence): EtcdError {
  return new EtcdError(
    'lock-lost',
    `etcd: the lock ${key} is lost: it was not renewed in time, or was deleted. Nothing more was written; run again`,
  );
}
