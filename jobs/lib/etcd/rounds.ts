import { monotonicMs, sleep } from '../run/abort.ts';
import { allFailed, EtcdError, isOfEndpoint, mayPass } from './errors.ts';
import type { EtcdOptions } from './options.ts';

const ROUNDS = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Tries every endpoint once a round, and makes another round only while the cause of a failure may pass by itself.
 * `attempt` asks the endpoint in turn and chooses the next one when it fails.
 */
export async function rounds<T>(
  { retryTotalMs, onRetry }: EtcdOptions,
  endpoints: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = monotonicMs() + (retryTotalMs ?? 0);
  for (let round = 1; ; round += 1) {
    const outcome = await oneRound(endpoints, signal, attempt);
    if ('value' in outcome) return outcome.value;
    const { error } = outcome;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (round - 1), LONGEST_PAUSE_MS);
    const last = retryTotalMs === undefined ? round === ROUNDS : monotonicMs() + pause > deadline;
    if (last || !mayPass(error)) throw error;
    onRetry?.(error, pause, round);
    await sleep(pause, signal);
  }
}

/** The answer of the first endpoint that gives one, or one error for all of them. */
export async function oneRound<T>(
  endpoints: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: EtcdError }> {
  const errors: EtcdError[] = [];
  for (let tried = 0; tried < endpoints; tried += 1) {
    signal?.throwIfAborted();
    try {
      return { value: await attempt() };
    } catch (error) {
      if (!(error instanceof EtcdError) || !isOfEndpoint(error)) throw error;
      errors.push(error);
    }
  }
  const [first, ...others] = errors;
  if (!first) throw new RangeError('etcd: no endpoint');
  return { error: allFailed([first, ...others]) };
}

/** A signal that ends with the first of two; undefined where there is none. */
export function eitherSignal(
  a: AbortSignal | undefined,
  b: AbortSignal | undefined,
): AbortSignal | undefined {
  return a && b ? AbortSignal.any([a, b]) : (a ?? b);
}
