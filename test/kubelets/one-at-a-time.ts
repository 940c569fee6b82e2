/** Runs actions of which each takes the place of the one before. */
export interface OneAtATime {
  /** Aborts the action that runs, and begins the next one when that has ended. */
  begin(action: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts it; returns when it has ended. */
  stop(): Promise<void>;
  /** When what was begun so far has ended. */
  ended(): Promise<void>;
}

/** `onProblem` is told what an action throws that was not aborted. */
export function oneAtATime(onProblem: (error: unknown) => void): OneAtATime {
  let current = new AbortController();
  let work = Promise.resolve();
  return {
    begin(action) {
      current.abort();
      current = new AbortController();
      const { signal } = current;
      work = work
        .then(() => (signal.aborted ? undefined : action(signal)))
        .catch(error => {
          if (!signal.aborted) onProblem(error);
        });
    },
    stop() {
      current.abort();
      return work;
    },
    ended: () => work,
  };
}
