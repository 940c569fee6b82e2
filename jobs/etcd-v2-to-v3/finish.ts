import { EtcdError } from '../lib/etcd/errors.ts';
import { inPhase, type MigrationRecord } from '../lib/etcd/migration-record.ts';
import { saveRecord } from '../lib/etcd/record-store.ts';
import { monotonicMs, sleep } from '../lib/run/abort.ts';
import { failedRun } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { durationText } from '../lib/run/progress.ts';
import { countOf } from '../lib/run/table.ts';
import type { Follower } from './follow.ts';
import type { Migration } from './migration.ts';
import { pause } from './ready.ts';
import { type Verified, verifyAll, verifySince } from './verify.ts';

/** How often changes of a writer that ignores the pause are copied before the run gives up. */
const ROUNDS = 5;

/** While Calico's components finish what they began, what they write is copied about this often. */
const LOOK_EVERY_MS = 2_000;

/** How many keys a message names. */
const NAMED = 10;

export interface Finished {
  readonly record: MigrationRecord;
  /** Milliseconds from the pause until everything was verified, without the drain. */
  readonly pauseMs: number;
  /** Keys of others in etcd v3 that changed meanwhile. */
  readonly strange: readonly string[];
}

/**
 * Pauses Calico 2.6, copies what changed since the first copy, and proves that etcd v3 holds all of it. `verified` is the
 * comparison of the first copy. Calico stays paused, also where this throws.
 */
export async function finish(
  migration: Migration,
  follower: Follower,
  verified: Verified,
  options: { readonly drainSeconds: number; readonly isPaused: boolean },
): Promise<Finished> {
  const { run, stores, signal } = migration;
  const log = run.stage('apply');
  const began = monotonicMs();
  if (!options.isPaused) {
    const now = new Date();
    await save(migration, inPhase(migration.record, 'pausing', now, { pausedAt: now.toISOString() }));
    await pause(stores.v2, signal);
    log.info('Calico 2.6 is paused: pods keep their network, none gets a new one');
  }
  const drainMs = options.drainSeconds * 1000;
  await drain(migration, follower, drainMs, log);
  const { index, strange } = await settleDown(migration, follower, verified);
  const pauseMs = Math.max(Math.round(monotonicMs() - began - drainMs), 0);
  const changes = { sourceIndex: index, counts: { keys: migration.state.wanted.size }, pauseMs };
  const record = inPhase(migration.record, 'finished', new Date(), changes);
  await save(migration, record);
  return { record, pauseMs, strange };
}

async function save(migration: Migration, record: MigrationRecord): Promise<string> {
  const { stores, fence, signal } = migration;
  const revision = await saveRecord({ v3: stores.v3, fence, signal }, record);
  migration.record = record;
  return revision;
}

/** Waits for CNI calls that run, and copies meanwhile what they write. */
async function drain(migration: Migration, follower: Follower, drainMs: number, log: Log): Promise<void> {
  if (drainMs === 0) return;
  log.info(`waiting ${durationText(drainMs)} for what runs already to end`);
  const end = monotonicMs() + drainMs;
  for (let left = drainMs; left > 0; left = end - monotonicMs()) {
    await sleep(Math.min(LOOK_EVERY_MS, left), migration.signal);
    await follower.follow(migration, 'false', log);
  }
}

interface Settled {
  readonly index: number;
  readonly strange: readonly string[];
}

/** Copies and compares until nothing changes any more. */
async function settleDown(migration: Migration, follower: Follower, verified: Verified): Promise<Settled> {
  const log = migration.run.stage('verify');
  let known = verified;
  await follower.follow(migration, 'false', log);
  for (let round = 1; ; round += 1) {
    const strange = await compare(migration, known, kept => {
      known = kept;
    });
    const { index, keys } = await follower.follow(migration, 'false', log);
    if (keys.length === 0) {
      log.info(`all ${countOf(migration.state.wanted.size, 'key')} read back and equal`);
      return { index, strange };
    }
    const named = `${keys.slice(0, NAMED).join(', ')}${keys.length > NAMED ? ` and ${keys.length - NAMED} more` : ''}`;
    if (round === ROUNDS) {
      throw failedRun(
        `somebody writes the v1 data although Calico is paused, last ${named}: find out who (a CNI plugin before 1.11.2, calicoctl), then start again`,
      );
    }
    log.warn(`changed although Calico is paused, and copied: ${named}`);
  }
}

/** Compares what changed; everything, where etcd has forgotten what that is. */
async function compare(
  migration: Migration,
  verified: Verified,
  replace: (verified: Verified) => void,
): Promise<readonly string[]> {
  const upTo = await save(migration, migration.record);
  try {
    return await verifySince(migration, verified, upTo);
  } catch (error) {
    if (!(error instanceof EtcdError) || error.reason !== 'compacted') throw error;
    replace(await verifyAll(migration));
    return [];
  }
}
