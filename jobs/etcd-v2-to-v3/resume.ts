import { inPhase } from '../lib/etcd/migration-record.ts';
import type { Failure } from '../lib/run/failure.ts';
import { messageOf } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { etcdFailure, withSentence } from './etcd-failure.ts';
import { isFinished, pausedByUs, readFacts } from './facts.ts';
import { takeLock } from './lock.ts';
import type { StartOptions } from './options.ts';
import { resume } from './ready.ts';
import { saveRecord } from './record-store.ts';
import { openStores } from './stores.ts';

/** The least time for which setting the flag is tried, in seconds: etcd may be on its way back. */
const LEAST_SECONDS = 30;

/** How the run came to its end. */
export interface FailedRun {
  readonly options: StartOptions;
  readonly log: Log;
  readonly error: unknown;
  /** Gives the lock back, if the run still has it: the flag is set under a lock of its own. */
  release(): Promise<void>;
}

/**
 * Lets Calico 2.6 go on after a run that failed, unless it is somebody else's business now. Returns the failure, which says
 * what became of Calico. Nothing stops it: the connection is its own.
 */
export async function resumeAfter({ options, log, error, release }: FailedRun): Promise<Failure> {
  const retryTimeout = Math.max(LEAST_SECONDS, Math.min(options.retryTimeout, 2 * LEAST_SECONDS));
  try {
    using stores = await openStores({ ...options, retryTimeout }, () => log);
    const facts = await readFacts(stores);
    if (!pausedByUs(facts.record) || facts.ready !== 'false') return etcdFailure(error);
    if (isFinished(facts)) {
      return withSentence(error, 'Calico 2.6 stays paused, as the finished migration left it');
    }
    await release();
    await using lock = await takeLock(stores.v3, log);
    await resume(stores.v2);
    log.info('Calico 2.6 works again');
    if (facts.record) {
      const record = inPhase(facts.record, 'copying', new Date(), { pausedAt: undefined });
      await saveRecord({ v3: stores.v3, fence: lock.fence }, record);
    }
    return withSentence(error, 'Calico 2.6 works again; what is in etcd v3 is continued by the next start');
  } catch (resumeError) {
    return withSentence(
      error,
      `CALICO 2.6 MAY STILL BE PAUSED: it could not be told to go on (${messageOf(resumeError)}). Run etcd-v2-to-v3 abort as soon as etcd answers`,
    );
  }
}
