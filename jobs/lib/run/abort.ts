import { setTimeout as sleepTimer } from 'node:timers/promises';

/** Waits `ms` milliseconds; throws the signal's reason as soon as it is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleepTimer(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Milliseconds on a clock that does not jump (field-lessons reference, F15). */
export const monotonicMs = (): number => performance.now();
