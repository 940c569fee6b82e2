import { randomUUID } from 'node:crypto';
import type { ConnectOptions, KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import { acquireLock } from './acquire.ts';
import { lockText } from './lock-object.ts';
import { keepLock } from './renew.ts';

/** For the client of the lock, which is one of its own: a request must be over long before a lease is. */
export const LOCK_CONNECTION: ConnectOptions = { requestTimeoutMs: 3_000, retryTotalMs: 2_000 };

export interface LockOptions {
  /** Where its ConfigMap is: the namespace of the controller. */
  readonly namespace: string;
  /** For people, such as the name of the pod. */
  readonly identity: string;
  /** How long the lock of a controller that was killed stays, in seconds. */
  readonly leaseSeconds?: number;
  readonly renewSeconds?: number;
  readonly log: Log;
}

/**
 * Runs `body` while this process holds the lock, so that two controllers never act (field-lessons reference, F14). Waits
 * for the lock as long as it takes. The signal of `body` ends with `signal`, and when the lock may be somebody else's: it has then a third
 * of the lease to end. Gives the lock back afterwards. Throws what `body` throws; a Failure where the lock was lost.
 * @param client with LOCK_CONNECTION and without a signal: it gives the lock back after `signal` has ended
 */
export async function holdLock(
  client: KubeClient,
  { namespace, identity, leaseSeconds = 15, renewSeconds = 5, log }: LockOptions,
  signal: AbortSignal,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const owner = { client, namespace, holder: `${identity}_${randomUUID()}`, leaseSeconds };
  const acquired = await acquireLock(owner, log, signal);
  const { lost, release } = keepLock(owner, acquired, renewSeconds, log);
  const both = AbortSignal.any([signal, lost]);
  try {
    // A holder whose lock was deleted by hand finds ours at its next renewal.
    if (acquired.isNew) await sleep(renewSeconds * 1500, both);
    both.throwIfAborted();
    log.info(`this controller is the one at work: it holds ${lockText(namespace)}`);
    await body(both);
    lost.throwIfAborted();
  } catch (error) {
    lost.throwIfAborted();
    throw error;
  } finally {
    await release();
  }
}
