import { ownership, writtenNotes } from '../lib/etcd/ledger.ts';
import type { EtcdEntry, ReadOptions } from '../lib/etcd/v3.ts';
import { getEntries } from '../lib/etcd/v3-get.ts';
import type { WriteOperation } from '../lib/etcd/v3-operation.ts';
import { type WriteResult, writeAll } from '../lib/etcd/v3-write.ts';
import { failedRun } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { startProgress } from '../lib/run/progress.ts';
import type { Migration } from './migration.ts';
import { emptyPlan, judge, type Plan, type Present, writeCount } from './plan.ts';
import type { State } from './state.ts';

/** Where Calico 3.0 keeps everything. */
export const CALICO_PREFIX = '/calico/';

/** Keys of a page: some hundred bytes each. */
const PAGE_SIZE = 2_000;

/** Fewer than a page: what is there is not exactly what is wanted. */
const RANGE_SIZE = 1_500;

/** How many keys a message names. */
const NAMED = 10;

/** What a look at etcd v3 needs to know. */
export type Wanting = Pick<Migration, 'stores' | 'written' | 'state' | 'signal'>;

/**
 * Plans what is to be done in etcd v3. With a `scope`, only for these keys: the others are as they should be, whatever is
 * there, since Calico 3.0 may have changed them.
 */
export async function readTarget(
  { stores, written, state, signal }: Wanting,
  scope?: ReadonlySet<string>,
): Promise<Plan> {
  const inScope = (key: string): boolean => scope === undefined || scope.has(key);
  const plan = emptyPlan([...state.wanted.keys()].filter(inScope));
  for await (const entry of readCalico({ stores, state, signal })) {
    const { key } = entry;
    const wanted = state.wanted.get(key);
    const present = presentOf(entry, written);
    if (wanted !== undefined && !inScope(key)) plan.equal.set(key, present.value);
    else judge(plan, present, wanted);
  }
  // What Calico 3.0 has deleted since is not wanted any more.
  if (scope) forget(state, key => !inScope(key) && !plan.equal.has(key));
  return plan;
}

/** Everything that Calico 3.0 reads, in ranges that are about as long as a page. */
export function readCalico(
  { stores, state, signal }: Omit<Wanting, 'written'>,
  options: Pick<ReadOptions, 'revision' | 'keysOnly'> = {},
): AsyncIterable<EtcdEntry> {
  const splitAt = [...state.wanted.keys()].filter((_, i) => i % RANGE_SIZE === RANGE_SIZE - 1);
  return stores.v3.readPrefix(CALICO_PREFIX, { ...options, pageSize: PAGE_SIZE, splitAt, signal });
}

function forget(state: State, isGone: (key: string) => boolean): void {
  for (const key of state.wanted.keys()) if (isGone(key)) state.wanted.delete(key);
}

/** The same for some keys, which may be wanted or not. */
export async function readKeys(
  { stores, written, state, signal }: Wanting,
  keys: ReadonlySet<string>,
): Promise<Plan> {
  const plan = emptyPlan([...keys].filter(key => state.wanted.has(key)));
  const found = await getEntries(stores.v3.connection, keys, signal);
  for (const entry of found.values()) judge(plan, presentOf(entry, written), state.wanted.get(entry.key));
  return plan;
}

function presentOf(entry: EtcdEntry, written: Migration['written']): Present {
  const { key, value, modRevision } = entry;
  return { key, value, modRevision, owner: ownership(written.get(key), entry) };
}

/**
 * Carries out a plan, and notes in `kept` what stays as others wrote it. Conflicts are overwritten, with their old value in
 * the ledger: a plan that must not overwrite has none. Throws a failure where somebody else writes the same keys.
 */
export async function applyPlan(migration: Migration, plan: Plan, log: Log): Promise<void> {
  const { stores, fence, ledger, written, kept, signal } = migration;
  for (const [key, value] of plan.equal) {
    // Copied, since it is a part of the whole answer.
    if (value !== undefined) kept.set(key, Buffer.from(value));
  }
  const total = writeCount(plan) + plan.conflicts.length;
  if (total === 0) return;
  const progress = startProgress(log, 'keys of etcd v3', total);
  const refused: string[] = [];
  const note = writtenNotes(written);
  const onResult = (operation: WriteOperation, result: WriteResult): void => {
    if ('revision' in result) progress.add();
    else refused.push(operation.key);
    note(operation, result);
  };
  await writeAll(stores.v3.connection, operations(migration, plan), { fence, ledger, onResult, signal });
  if (refused.length > 0) throw changedByOthers(refused);
}

function* operations({ state }: Migration, plan: Plan): Generator<WriteOperation> {
  const put = (key: string): { key: string; value: Buffer } => ({
    key,
    value: state.wanted.get(key) ?? Buffer.alloc(0),
  });
  for (const key of plan.create) yield { kind: 'put', ...put(key), guard: { absent: true } };
  for (const { key, modRevision, previous } of [...plan.update, ...plan.conflicts]) {
    yield { kind: 'put', ...put(key), guard: { modRevision }, ...(previous ? { previous } : {}) };
  }
  for (const { key, modRevision } of plan.remove) yield { kind: 'delete', key, guard: { modRevision } };
}

function changedByOthers(keys: readonly string[]) {
  const named = keys.slice(0, NAMED).join(', ');
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return failedRun(
    `somebody else writes to etcd v3 at the same time: ${named}${more}. Stop what runs Calico 3.0 there, then start again`,
  );
}
