import { randomBytes } from 'node:crypto';
import { refused } from '../run/failure.ts';
import type { EtcdConnection } from './connection.ts';
import { decodeEntry } from './ledger-entry.ts';
import { type EtcdEntry, entries } from './v3.ts';
import type { WriteOperation } from './v3-operation.ts';
import type { Fence, WriteResult } from './v3-write.ts';

/** What was written to a key. */
export interface Written {
  /** The revision at which it was created, the last time: a key with this create revision is ours. */
  readonly createdAt?: string;
  /** For a key of somebody else: the revision at which it was overwritten, and the value that it had before. */
  readonly replaced?: { readonly at: string; readonly value: Buffer };
}

/** The ledger of a run, for `writeAll`. */
export interface Ledger {
  /** The key of the next entry. */
  nextKey(): string;
}

const entriesPrefix = (prefix: string): string => `${prefix}written/`;

/**
 * A ledger below a prefix that ends in `/`. Each has keys of its own, also two of the same run: a transaction
 * whose entry is there already counts as carried out.
 */
export function newLedger(prefix: string, { createRevision }: Fence): Ledger {
  let count = 0;
  const run = `${createRevision.padStart(19, '0')}-${randomBytes(4).toString('hex')}`;
  return {
    nextKey() {
      count += 1;
      return `${entriesPrefix(prefix)}${run}-${String(count).padStart(8, '0')}`;
    },
  };
}

/** The entries of the ledger below a prefix. */
export const ledgerEntries = (
  connection: EtcdConnection,
  prefix: string,
  signal?: AbortSignal,
): AsyncIterable<EtcdEntry> => entries(connection, entriesPrefix(prefix), { signal });

/** All that was written, by key. Throws a refusal for an entry that is none. */
export async function readLedger(
  connection: EtcdConnection,
  prefix: string,
  signal?: AbortSignal,
): Promise<Map<string, Written>> {
  const all: EtcdEntry[] = [];
  for await (const entry of ledgerEntries(connection, prefix, signal)) all.push(entry);
  // Several transactions are under way at a time, so that the keys are not in the order of the revisions.
  all.sort((a, b) => (BigInt(a.modRevision) < BigInt(b.modRevision) ? -1 : 1));
  const written = new Map<string, Written>();
  for (const entry of all) addEntry(written, entry);
  return written;
}

function addEntry(written: Map<string, Written>, { key: name, value, modRevision: at }: EtcdEntry): void {
  const entry = decodeEntry(value);
  if (!entry) {
    throw refused(
      `etcd: ${name} is no record of what was written: was it changed by hand, or by a newer release? Save it, then delete it`,
    );
  }
  const created: Written = { createdAt: at };
  for (const key of entry.created) written.set(key, createdAgain(written.get(key), created));
  for (const { key, modRevision, value: previous } of entry.replaced) {
    written.set(key, replacedAt(written.get(key), modRevision, at, previous));
  }
}

/** Whether what is there is what was written: `created` by us, or `replaced` by us and not changed since. */
export function ownership(
  written: Written | undefined,
  found: Pick<EtcdEntry, 'createRevision' | 'modRevision'>,
): 'created' | 'replaced' | 'foreign' {
  if (written?.createdAt !== undefined && written.createdAt === found.createRevision) return 'created';
  return written?.replaced?.at === found.modRevision ? 'replaced' : 'foreign';
}

/**
 * Gives a function that notes what a run has just written and recorded, so that it need not read its ledger again. All keys
 * of a transaction share what is noted.
 */
export function writtenNotes(
  written: Map<string, Written>,
): (operation: WriteOperation, result: WriteResult) => void {
  let created: Written = {};
  return (operation, result) => {
    if (operation.kind === 'delete' || !('revision' in result)) return;
    const { key, guard, previous } = operation;
    const at = result.revision;
    if (created.createdAt !== at) created = { createdAt: at };
    const before = written.get(key);
    if ('absent' in guard) written.set(key, createdAgain(before, created));
    else if (previous) written.set(key, replacedAt(before, guard.modRevision, at, previous));
  };
}

const createdAgain = (before: Written | undefined, created: Written): Written =>
  before ? { ...before, ...created } : created;

/** Where our own value was replaced, the one to go back to is older. */
function replacedAt(before: Written | undefined, modRevision: string, at: string, previous: Buffer): Written {
  const oldest = before?.replaced?.at === modRevision ? before.replaced.value : previous;
  return { ...before, replaced: { at, value: oldest } };
}
