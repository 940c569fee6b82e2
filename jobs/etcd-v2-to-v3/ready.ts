import { EtcdError } from '../lib/etcd/errors.ts';
import type { EtcdV2 } from '../lib/etcd/v2.ts';
import { READY_KEY } from '../lib/run/migration-facts.ts';

export type ReadyVerdict =
  /** Calico works, and can be paused. */
  | { readonly verdict: 'working' }
  /** Calico is paused, and it was this migration that paused it. */
  | { readonly verdict: 'paused by us' }
  | { readonly verdict: 'refused'; readonly reason: string };

/** Whether a migration can begin or go on with this flag. `pausedByUs`: whether our record says so. */
export function checkReady(value: string | undefined, pausedByUs: boolean): ReadyVerdict {
  if (value === 'true') return { verdict: 'working' };
  if (value === 'false' && pausedByUs) return { verdict: 'paused by us' };
  return { verdict: 'refused', reason: refusalOf(value) };
}

function refusalOf(value: string | undefined): string {
  if (value === undefined) {
    return `etcd v2 has no key ${READY_KEY}, which every Calico 2.6 makes when it starts: is this its datastore? If it is, start one calico/node`;
  }
  if (value === 'false') {
    return `${READY_KEY} is false, and not because of this program: another migration may be running. If none is, let Calico go on with: etcd-v2-to-v3 abort`;
  }
  return `${READY_KEY} is ${JSON.stringify(value)}, which Calico reads as false, expected true. Set it to true`;
}

/** Pauses Calico 2.6. Throws an EtcdError where the flag is neither `true` nor already `false`. */
export async function pause(v2: EtcdV2, signal: AbortSignal): Promise<void> {
  await setReady(v2, 'true', 'false', signal);
}

/** Lets Calico 2.6 go on. Returns whether it was paused. */
export function resume(v2: EtcdV2, signal?: AbortSignal): Promise<boolean> {
  return setReady(v2, 'false', 'true', signal);
}

/**
 * An index that lies after every change until now: that of the flag, written with the value that it has. Nothing changes,
 * but whoever watches sees how far it is.
 */
export async function mark(v2: EtcdV2, ready: 'true' | 'false', signal?: AbortSignal): Promise<number> {
  const swapped = await v2.compareAndSwap(READY_KEY, ready, ready, signal);
  if ('index' in swapped) return swapped.index;
  throw changedFlag(swapped.found, ready);
}

/** Returns whether it was written; not, where it has the value already. */
async function setReady(
  v2: EtcdV2,
  from: 'true' | 'false',
  to: 'true' | 'false',
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const swapped = await v2.compareAndSwap(READY_KEY, from, to, signal);
  if ('index' in swapped) return true;
  if (swapped.found === to) return false;
  throw changedFlag(swapped.found, from);
}

function changedFlag(found: string | undefined, expected: string): EtcdError {
  const text = found === undefined ? 'gone' : JSON.stringify(found);
  return new EtcdError(
    'failed',
    `etcd v2: ${READY_KEY} is ${text}, expected ${expected}: somebody else changed it during the run`,
  );
}
