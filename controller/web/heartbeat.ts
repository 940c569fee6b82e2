import { monotonicMs } from '../../jobs/lib/run/abort.ts';

export interface Heartbeat {
  /** The main loop made a turn. */
  beat(): void;
  /** Whether its last turn is not longer ago than it may be. */
  isAlive(): boolean;
}

/** Begins with a beat. `limitMs` is the longest time between two turns, in milliseconds. */
export function startHeartbeat(limitMs: number, now = monotonicMs): Heartbeat {
  let lastMs = now();
  return {
    beat: () => {
      lastMs = now();
    },
    isAlive: () => now() - lastMs <= limitMs,
  };
}
