import type { Lock } from '../lib/etcd/lock.ts';
import { inPhase, type MigrationRecord } from '../lib/etcd/migration-record.ts';
import { saveRecord } from '../lib/etcd/record-store.ts';
import type { EtcdV3 } from '../lib/etcd/v3.ts';
import { etcdFailure, withSentence } from '../lib/run/etcd-failure.ts';
import { Failure, messageOf } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { isFinished, pausedByUs, readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import { openStores, type Stores } from '../lib/run/stores.ts';
import type { StartOptions } from './options.ts';
import { mark, resume } from './ready.ts';

/** The least time for which setting the flag is tried, in seconds: etcd may be on its way back. */
const LEAST_SECONDS = 30;

/** How the run came to its end. */
export interface FailedRun {
  readonly options: StartOptions;
  readonly log: Log;
  readonly error: unknown;
  /** Of the run; it may be lost. */
  readonly lock: Lock;
  /** The record as the run knew it last. */
  readonly record: MigrationRecord | undefined;
}

/**
 * Lets Calico 2.6 go on after a run that failed, unless it is somebody else's business now. Returns the failure, which says
 * what became of Calico. Nothing stops it: the connection is its own.
 */
export async function resumeAfter(failed: FailedRun): Promise<Failure> {
  const { options, log, error, record } = failed;
  const retryTimeout = Math.max(LEAST_SECONDS, Math.min(options.retryTimeout, 2 * LEAST_SECONDS));
  const mayBePaused = pausedByUs(record) && record?.phase !== 'finished';
  try {
    using stores = await openStores({ ...options, retryTimeout }, () => log);
    // Where etcd v3 is away for good, the run still knows that it paused Calico.
    const facts = await readFacts(stores).catch(reason => {
      if (mayBePaused) return undefined;
      throw reason;
    });
    if (facts && (!pausedByUs(facts.record) || facts.record?.phase === 'aborting')) return etcdFailure(error);
    if (facts && isFinished(facts)) {
      return withSentence(error, 'Calico 2.6 stays paused, as the finished migration left it');
    }
    await letGoOn(failed, stores, facts?.record);
    return withSentence(error, 'Calico 2.6 works again; what is in etcd v3 is continued by the next start');
  } catch (resumeError) {
    if (!mayBePaused) return etcdFailure(error);
    return withSentence(
      error,
      `CALICO 2.6 MAY STILL BE PAUSED: it could not be told to go on (${messageOf(resumeError)}). Run etcd-v2-to-v3 abort as soon as etcd answers`,
    );
  }
}

async function letGoOn(
  { log, lock }: FailedRun,
  stores: Stores,
  record: MigrationRecord | undefined,
): Promise<void> {
  await using own = lock.signal.aborted ? await lockIfPossible(stores.v3, log) : undefined;
  const { fence } = own ?? lock;
  // The mark keeps a pause that is still under way from taking effect later.
  if (!(await resume(stores.v2))) await mark(stores.v2, 'true');
  log.info('Calico 2.6 works again');
  if (!record) return;
  const place = { v3: stores.v3, fence };
  try {
    await saveRecord(place, inPhase(record, 'copying', new Date(), { pausedAt: undefined }));
  } catch (error) {
    log.warn(`the record of the migration still says that Calico 2.6 is paused: ${messageOf(error)}`);
  }
}

/** A lock of its own. Throws a refusal where another process is at work; etcd v3 may also take no writes at all now. */
async function lockIfPossible(v3: EtcdV3, log: Log): Promise<Lock | undefined> {
  try {
    return await takeLock(v3, log);
  } catch (error) {
    if (error instanceof Failure) throw error;
    return undefined;
  }
}
