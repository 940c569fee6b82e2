import { EtcdError } from '../lib/etcd/errors.ts';
import { MAX_VALUE_BYTES } from '../lib/etcd/v3-operation.ts';
import { failedRun, refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { judgementOf, refusalOf } from './judgement.ts';
import type { Migration } from './migration.ts';
import { mark } from './ready.ts';
import { readAnew, takeEvents } from './source.ts';
import { applyPlan, readKeys } from './target.ts';

/** How long etcd may take to show a change that it has made, in milliseconds. */
const MOST_WAIT_MS = 30_000;

/** Where a run stands in following the v1 data. */
export interface Followed {
  /** Of v1: everything up to it is in v3. */
  readonly index: number;
  /** The v3 keys that had to be written. */
  readonly keys: readonly string[];
}

/** Follows the changes of the v1 data. It is begun before the state is read, so that nothing is missed between. */
export interface Follower extends Disposable {
  /** Copies all that changed until now. Throws a refusal where what changed cannot be converted. */
  follow(migration: Migration, ready: 'true' | 'false', log: Log): Promise<Followed>;
}

/** Begins to follow what changes after an index. */
export function startFollower(
  { stores, signal }: Pick<Migration, 'stores' | 'signal'>,
  after: number,
): Follower {
  let events = stores.v2.eventLog('/calico', after, signal);
  const catchUp = async (of: Migration, ready: 'true' | 'false', log: Log) => {
    const index = await mark(stores.v2, ready, signal);
    try {
      return { index, changed: takeEvents(of.state, await events.until(index, MOST_WAIT_MS), of.identity) };
    } catch (error) {
      if (!isLost(error)) throw error;
      log.warn(`${error.message}; reading everything again`);
      events[Symbol.dispose]();
      const since = await mark(stores.v2, ready, signal);
      events = stores.v2.eventLog('/calico', since, signal);
      return { index: since, changed: await readAnew(stores.v2, of.state, of.identity, signal) };
    }
  };
  return {
    async follow(of, ready, log) {
      const { index, changed } = await catchUp(of, ready, log);
      return { index, keys: await copyChanged(of, changed, log) };
    },
    [Symbol.dispose]: () => events[Symbol.dispose](),
  };
}

/** Whether events may be missing, so that only a full read tells. */
const isLost = (error: unknown): error is EtcdError =>
  error instanceof EtcdError && (error.reason === 'compacted' || error.reason === 'timeout');

/** Brings v3 keys up to date with the state. Returns those that were written. */
async function copyChanged(
  migration: Migration,
  changed: ReadonlySet<string>,
  log: Log,
): Promise<readonly string[]> {
  checkState(migration, changed);
  if (changed.size === 0) return [];
  for (const key of changed) migration.kept.delete(key);
  const plan = await readKeys(migration, changed);
  if (plan.conflicts.length > 0 && !migration.options.ignoreV3Data) {
    const keys = plan.conflicts.map(({ key }) => key);
    throw refused(`etcd v3 has keys of somebody else that are to be written now: ${keys.join(', ')}`);
  }
  const keys = [...plan.create, ...[...plan.update, ...plan.conflicts, ...plan.remove].map(({ key }) => key)];
  await applyPlan(migration, plan, log);
  return keys;
}

/** Only what changed is looked at: there is no time to look at everything while Calico is paused. */
function checkState({ state, options }: Migration, changed: ReadonlySet<string>): void {
  if (state.heirs.size > 0) {
    throw failedRun(
      'an object whose name another one was waiting for was deleted during the copy: start again, which reads both',
    );
  }
  const large = [...changed].some(key => state.wanted.length(key) > MAX_VALUE_BYTES);
  if (state.problems.size === 0 && state.shared.size === 0 && !large) return;
  const refusal = refusalOf(
    judgementOf(state, MAX_VALUE_BYTES),
    options.skipInvalid,
    'the v1 data changed during the copy',
  );
  if (refusal) throw refusal;
}
