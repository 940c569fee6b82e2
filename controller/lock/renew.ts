import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { failedRun, messageOf } from '../../jobs/lib/run/failure.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import type { Acquired } from './acquire.ts';
import { createLock, type LockOwner, lockText, readLock, replaceLock } from './lock-object.ts';
import { heldAnnotations, readRecord, releasedAnnotations } from './record.ts';

/** Writers that may come in between, one after the other, before a write waits for the next turn. */
const ATTEMPTS = 5;

/** After a renewal that failed, in milliseconds: often enough within a lease. */
const AGAIN_MS = 500;

export interface HeldLock {
  /** Ends, with a Failure as its reason, when the lock was not renewed for two thirds of the lease or is somebody else's. */
  readonly lost: AbortSignal;
  /** Stops the renewals and gives the lock back, unless it is lost. Never throws. */
  release(): Promise<void>;
}

/** Renews a lock that was acquired until it is released. */
export function keepLock(
  owner: LockOwner,
  { object, takenMs }: Acquired,
  renewSeconds: number,
  log: Log,
): HeldLock {
  const lost = new AbortController();
  const ended = new AbortController();
  const stop = AbortSignal.any([lost.signal, ended.signal]);
  const watchdog = startWatchdog(mostSeconds(owner) * 1000, () => lost.abort(notRenewed(owner)));
  let current = object;
  const renew = async (renewals: number): Promise<boolean> => {
    const startedMs = monotonicMs();
    try {
      const annotations = heldAnnotations({ ...owner, renewals, now: new Date() });
      const renewed = await writeAgain(owner, current, annotations);
      if ('holder' in renewed) lost.abort(takenAway(owner, renewed.holder));
      else {
        current = renewed.object;
        if (!stop.aborted) watchdog.feed(startedMs);
      }
      return true;
    } catch (error) {
      log.warn(`cannot renew the lock, and tries again: ${messageOf(error)}`);
      return false;
    }
  };
  const loop = async (): Promise<void> => {
    for (let renewals = 1, isGood = true; ; renewals += 1) {
      await sleep(isGood ? renewSeconds * 1000 : AGAIN_MS, stop);
      isGood = await renew(renewals);
    }
  };
  watchdog.feed(takenMs);
  const looping = loop().catch(() => undefined); // it ends with the abort of its waits only
  return {
    lost: lost.signal,
    async release() {
      ended.abort();
      await looping;
      watchdog.end();
      if (!lost.signal.aborted) await giveBack(owner, current, log);
    },
  };
}

/** How long the lock counts as ours without a renewal: others wait for the whole lease. */
const mostSeconds = ({ leaseSeconds }: LockOwner): number => (leaseSeconds * 2) / 3;

/** Calls `onEnd` when the time since it was fed, on the monotonic clock, is over, also while a request hangs. */
function startWatchdog(mostMs: number, onEnd: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    feed: (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(onEnd, ms + mostMs - monotonicMs());
    },
    end: () => clearTimeout(timer),
  };
}

/** Writes our record onto what is there, as long as that is not the record of another holder. */
async function writeAgain(
  owner: LockOwner,
  known: KubeObject,
  annotations: Readonly<Record<string, string>>,
): Promise<{ readonly object: KubeObject } | { readonly holder: string }> {
  let base: KubeObject | undefined = known;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const object = base ? await replaceLock(owner, base, annotations) : await createLock(owner, annotations); // deleted by hand
    if (object) return { object };
    base = await readLock(owner);
    const { holder } = base ? readRecord(base) : {};
    if (holder !== undefined && holder !== owner.holder) return { holder };
  }
  throw failedRun(`others change ${lockText(owner.namespace)} all the time`);
}

async function giveBack(owner: LockOwner, known: KubeObject, log: Log): Promise<void> {
  try {
    await writeAgain(owner, known, releasedAnnotations(owner.holder));
  } catch (error) {
    log.warn(`cannot give the lock back; the next controller waits until it expires: ${messageOf(error)}`);
  }
}

const notRenewed = (owner: LockOwner) =>
  failedRun(
    `${lockText(owner.namespace)} could not be renewed for ${Math.round(mostSeconds(owner))} s: another controller may go on, so this one stops. It waits for the lock again when it is restarted`,
  );

const takenAway = ({ namespace }: LockOwner, holder: string) =>
  failedRun(
    `${lockText(namespace)} is held by ${holder} now: this controller stops. Only one may run: one replica, strategy Recreate`,
  );
