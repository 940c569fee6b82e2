import { monotonicMs } from './abort.ts';
import type { Log } from './log.ts';

export interface Progress {
  /** Counts finished items; writes a line at most every two seconds, and always the last one. */
  add(count?: number): void;
}

const LINE_EVERY_MS = 2_000;
const ETA_FROM_MS = 5_000;

/** Shows how far a piece of work is: `ippools 3/3`, with the time left where the whole takes over 5 s. */
export function startProgress(log: Log, what: string, total: number, now = monotonicMs): Progress {
  const startedAt = now();
  let done = 0;
  let lastLine = startedAt;
  return {
    add(count = 1) {
      done += count;
      const time = now();
      if (done < total && time - lastLine < LINE_EVERY_MS) return;
      lastLine = time;
      log.info(`${what} ${done}/${total}${timeLeft(time - startedAt, done, total)}`);
    },
  };
}

function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (done === 0 || done >= total) return '';
  const leftMs = (elapsedMs / done) * (total - done);
  return elapsedMs + leftMs < ETA_FROM_MS ? '' : `, about ${durationText(leftMs)} left`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
