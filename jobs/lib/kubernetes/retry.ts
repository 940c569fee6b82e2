import { monotonicMs, sleep } from '../run/abort.ts';
import { ApiError, classify } from './errors.ts';

export interface RetryPolicy {
  /** How long an action may be tried in all, in milliseconds. */
  readonly totalMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause, so that the operator sees what is waited for. */
  readonly onRetry?: ((error: Error, pauseMs: number, attempt: number) => void) | undefined;
  /** A number in [0, 1) that spreads the pauses of many clients. */
  readonly random?: () => number;
}

/**
 * Runs an action again as long as its errors may pass by themselves (see `classify`), with pauses that double and are
 * never shorter than the server's Retry-After. Throws the last error when the time is up.
 */
export async function withRetry<T>(policy: RetryPolicy, action: () => Promise<T>): Promise<T> {
  const deadline = monotonicMs() + policy.totalMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      policy.signal?.throwIfAborted();
      if (!(error instanceof ApiError) || classify(error) !== 'retry') throw error;
      const pause = pauseMs(policy, attempt, error.retryAfterMs);
      if (monotonicMs() + pause > deadline) throw error;
      policy.onRetry?.(error, pause, attempt);
      await sleep(pause, policy.signal);
    }
  }
}

function pauseMs(policy: RetryPolicy, attempt: number, retryAfter: number | undefined): number {
  const random = policy.random ?? Math.random;
  const backoff = Math.min(policy.firstPauseMs * 2 ** (attempt - 1), policy.longestPauseMs);
  return Math.max(backoff * (0.5 + random() / 2), retryAfter ?? 0);
}
