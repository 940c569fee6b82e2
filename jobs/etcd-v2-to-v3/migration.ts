import type { Written } from '../lib/etcd/ledger.ts';
import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import type { Fence } from '../lib/etcd/v3-write.ts';
import type { Run } from '../lib/run/run-job.ts';
import type { Stores } from '../lib/run/stores.ts';
import type { Identity } from './convert.ts';
import type { StartOptions } from './options.ts';
import type { State } from './state.ts';

/** A run that holds the lock, with all that it works on. */
export interface Migration {
  readonly options: StartOptions;
  readonly run: Run;
  readonly stores: Stores;
  readonly fence: Fence;
  /** Names the entries in which is recorded what this run writes. */
  readonly ledger: { nextKey(): string };
  /** What this migration has written so far, in all its runs; by v3 key. */
  readonly written: Map<string, Written>;
  /** Ends when the run is stopped, and when the lock is lost. */
  readonly signal: AbortSignal;
  readonly identity: Identity;
  readonly state: State;
  /** Values of others that mean what is wanted, and stay as they are; by v3 key. */
  readonly kept: Map<string, Buffer>;
  /** The record as it is stored. */
  record: MigrationRecord;
}

/** The value that a v3 key is to have at the end; `undefined` where this migration has no business. */
export const expectedValue = (
  { kept, state }: Pick<Migration, 'kept' | 'state'>,
  key: string,
): Buffer | undefined => kept.get(key) ?? state.wanted.get(key);

/** Whether a v3 key has that value. */
export function isExpected(
  { kept, state }: Pick<Migration, 'kept' | 'state'>,
  key: string,
  value: Buffer,
): boolean {
  return kept.get(key)?.equals(value) ?? state.wanted.equals(key, value);
}
