import { classify } from '../../jobs/lib/kubernetes/errors.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import { expiryJudge, type Verdict } from './expiry.ts';
import { createLock, type LockOwner, lockText, readLock, replaceLock } from './lock-object.ts';
import { heldAnnotations, readRecord } from './record.ts';

/** Between two looks at a lock of somebody else, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** A lock that was taken. */
export interface Acquired {
  readonly object: KubeObject;
  /** From before the request that took it, on the monotonic clock. */
  readonly takenMs: number;
  /** There was none: it may have been deleted by hand, and its holder has not noticed yet. */
  readonly isNew: boolean;
}

/**
 * Waits until the lock can be taken, and takes it. Says in the log whom it waits for, and goes on asking where the API server
 * is away. Throws an ApiError that trying again cannot help, and the reason of the signal.
 */
export async function acquireLock(owner: LockOwner, log: Log, signal: AbortSignal): Promise<Acquired> {
  const judge = expiryJudge(owner);
  const tell = onceEach(log);
  for (;;) {
    signal.throwIfAborted();
    try {
      const acquired = await tryOnce(owner, judge, tell);
      if (acquired) return acquired;
    } catch (error) {
      if (classify(error) !== 'retry') throw error;
      tell(`cannot ask for the lock, and goes on asking: ${messageOf(error)}`);
    }
    await sleep(Math.min(LOOK_EVERY_MS, (owner.leaseSeconds * 1000) / 10), signal);
  }
}

async function tryOnce(
  owner: LockOwner,
  judge: ReturnType<typeof expiryJudge>,
  tell: (text: string) => void,
): Promise<Acquired | undefined> {
  const takenMs = monotonicMs();
  const annotations = heldAnnotations({ ...owner, renewals: 0, now: new Date() });
  const found = await readLock(owner);
  if (!found) {
    const object = await createLock(owner, annotations);
    return object && { object, takenMs, isNew: true };
  }
  const verdict = judge(readRecord(found), monotonicMs());
  tell(verdictText(owner, verdict));
  if (!verdict.take) return undefined;
  const object = await replaceLock(owner, found, annotations);
  return object && { object, takenMs, isNew: false };
}

function verdictText({ namespace }: LockOwner, verdict: Verdict): string {
  const lock = lockText(namespace);
  if (!verdict.take) {
    const { holder = 'somebody whom it does not name' } = verdict;
    return `waiting for the lock: another controller is at work, or was until a moment ago (${lock} is held by ${holder})`;
  }
  return verdict.why === 'expired'
    ? `${lock} was not renewed for the time of its lease: its holder is gone, and it is taken over`
    : `${lock} is free`;
}

/** Says a sentence again only after another one. */
function onceEach(log: Log): (text: string) => void {
  let last = '';
  return text => {
    if (text !== last) log.info(text);
    last = text;
  };
}
