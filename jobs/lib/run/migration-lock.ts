import { acquireLock, type Lock } from '../etcd/lock.ts';
import { OWN_PREFIX } from '../etcd/migration-record.ts';
import type { EtcdV3 } from '../etcd/v3.ts';
import type { Log } from './log.ts';
import { durationText } from './progress.ts';

/** The key of the lock under which a migration is changed. */
export const LOCK_KEY = `${OWN_PREFIX}lock`;

/** Takes the lock, and says whom it waits for. Throws a refusal where another process goes on holding it. */
export function takeLock(v3: EtcdV3, log: Log, signal?: AbortSignal): Promise<Lock> {
  return acquireLock(v3.connection, {
    key: LOCK_KEY,
    signal,
    onWait: (holder, mostMs) =>
      log.info(
        `another process is at work (${holder}): waiting ${durationText(mostMs)} at most for it to end`,
      ),
  });
}
