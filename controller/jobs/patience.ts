import { monotonicMs } from '../../jobs/lib/run/abort.ts';

/** Measures how long the same trouble lasts. */
export interface Patience {
  /** Milliseconds since it was first this that is in the way, without a break; 0 for another one, or none. */
  elapsedMs(what: string | undefined): number;
  /** The same trouble gets its whole time again. */
  forget(): void;
}

/** Begins anew with each controller: after its restart, a trouble gets its whole time again. */
export function createPatience(clock: () => number = monotonicMs): Patience {
  const nothing = { what: undefined, since: 0 };
  let current: { readonly what: string | undefined; readonly since: number } = nothing;
  return {
    elapsedMs(what) {
      const now = clock();
      if (what !== current.what) current = { what, since: now };
      return what === undefined ? 0 : now - current.since;
    },
    forget() {
      current = nothing;
    },
  };
}
