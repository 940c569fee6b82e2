import type { EtcdConnection } from './connection.ts';
import { ledgerEntries, readLedger, type Written } from './ledger.ts';
import type { EtcdEntry } from './v3.ts';
import type { Delete, Put, WriteOperation } from './v3-operation.ts';
import { type Fence, type WriteResult, writeAll } from './v3-write.ts';

export interface RemovalOptions {
  /** Where the ledger is, with a `/` at its end. */
  readonly prefix: string;
  readonly fence: Fence;
  /** Told of every key that is dealt with. */
  readonly onProgress?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** A key that is not as it was written, and was left as it is. */
export interface LeftKey {
  readonly key: string;
  /** Undefined: an overwritten key that somebody deleted. */
  readonly found: EtcdEntry | undefined;
}

export interface Removed {
  readonly deleted: number;
  /** Keys that have again the value from before they were overwritten. */
  readonly restored: number;
  readonly left: readonly LeftKey[];
}

/**
 * Takes back all that the ledger says was written: deletes the keys that were created by us and not created anew
 * by others, and restores values that were overwritten and not changed since. Then the ledger is removed. A
 * removal that was interrupted is continued by another one.
 */
export async function removeWritten(connection: EtcdConnection, options: RemovalOptions): Promise<Removed> {
  const ledger = await readLedger(connection, options.prefix, options.signal);
  const created = [...ledger].flatMap(([key, written]) => deletion(key, written));
  const first = await tryEach(connection, created, options);
  const foreign = new Map(first.refused.map(({ key, found }) => [key, found]));
  // What was created by us and is ours no more may have been overwritten by us since.
  const replaced = [...ledger].flatMap(([key, written]) =>
    written.createdAt === undefined || foreign.get(key) ? restoration(key, written) : [],
  );
  const second = await tryEach(connection, replaced, options);
  const values = new Map(replaced.map(({ key, value }) => [key, value]));
  // Restored by a removal that was interrupted.
  const isRestored = ({ key, found }: LeftKey) => found !== undefined && values.get(key)?.equals(found.value);
  const left = [
    ...first.refused.filter(({ key, found }) => found && !values.has(key)),
    ...second.refused.filter(one => !isRestored(one)),
  ];
  await removeLedger(connection, options);
  return { deleted: first.done, restored: second.done + second.refused.filter(isRestored).length, left };
}

function deletion(key: string, { createdAt }: Written): readonly Delete[] {
  return createdAt === undefined ? [] : [{ kind: 'delete', key, guard: { createRevision: createdAt } }];
}

function restoration(key: string, { replaced }: Written): readonly Put[] {
  return replaced ? [{ kind: 'put', key, value: replaced.value, guard: { modRevision: replaced.at } }] : [];
}

async function tryEach(
  connection: EtcdConnection,
  operations: readonly WriteOperation[],
  { fence, onProgress, signal }: RemovalOptions,
): Promise<{ readonly done: number; readonly refused: readonly LeftKey[] }> {
  let done = 0;
  const refused: LeftKey[] = [];
  const onResult = ({ key }: WriteOperation, result: WriteResult) => {
    if ('revision' in result) done += 1;
    else refused.push({ key, found: result.found });
    onProgress?.();
  };
  await writeAll(connection, operations, { fence, onResult, signal });
  return { done, refused };
}

/** Deletes the entries of a ledger: after that, nothing tells any more which keys were written by us. */
export async function removeLedger(
  connection: EtcdConnection,
  { prefix, fence, signal }: RemovalOptions,
): Promise<void> {
  const deletions = async function* (): AsyncGenerator<Delete> {
    for await (const { key, modRevision } of ledgerEntries(connection, prefix, signal)) {
      yield { kind: 'delete', key, guard: { modRevision } };
    }
  };
  await writeAll(connection, deletions(), { fence, signal });
}
