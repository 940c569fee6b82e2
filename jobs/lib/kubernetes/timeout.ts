/** Longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs an action with a signal that also ends after a time. Not with AbortSignal.timeout and AbortSignal.any: of
 * thousands of requests they would keep every timer and signal until its time has passed.
 */
export async function withTimeout<T>(
  ms: number,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  const onTimeout = (): void => controller.abort(new DOMException('no answer in time', 'TimeoutError'));
  const timer = setTimeout(onTimeout, Math.min(ms, LONGEST_TIMER_MS));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
