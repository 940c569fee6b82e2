/** Lets a loop wait for the next thing to do. */
export interface Waker {
  /** Ends the present wait, or the next one. */
  wake(): void;
  /** Waits until `wake`, at most `ms` milliseconds; throws the signal's reason as soon as it is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWaker(): Waker {
  let isDue = false;
  let end = (): void => undefined;
  return {
    wake() {
      isDue = true;
      end();
    },
    async wait(ms, signal) {
      signal.throwIfAborted();
      if (!isDue) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        const onAbort = (): void => resolve();
        signal.addEventListener('abort', onAbort, { once: true });
        end = resolve;
        await promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      }
      isDue = false;
      signal.throwIfAborted();
    },
  };
}
