import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../../jobs/lib/kubernetes/errors.ts';
import { type RetryPolicy, withRetry } from '../../../../jobs/lib/kubernetes/retry.ts';

const POLICY: RetryPolicy = { totalMs: 5_000, firstPauseMs: 4, longestPauseMs: 10, random: () => 0 };

const failing = (status: number, retryAfterMs?: number): ApiError =>
  new ApiError({ status, reason: '', request: 'GET /', message: String(status), retryAfterMs });

/** An action that throws these errors, one after the other, and then succeeds; it counts its calls. */
function actionOf(errors: readonly Error[]) {
  const state = { calls: 0 };
  const action = async (): Promise<string> => {
    state.calls += 1;
    const error = errors[state.calls - 1];
    if (error) throw error;
    return 'done';
  };
  return { state, action };
}

/** The pauses that a policy makes. */
async function pausesOf(policy: RetryPolicy, errors: readonly Error[]): Promise<readonly number[]> {
  const pauses: number[] = [];
  await withRetry({ ...policy, onRetry: (_, pause) => pauses.push(pause) }, actionOf(errors).action);
  return pauses;
}

test('tries again what may pass, and tells about it', async () => {
  const { state, action } = actionOf([failing(0), failing(503), failing(429)]);
  const told: string[] = [];
  const onRetry = (error: Error, pause: number, attempt: number) =>
    told.push(`${error.message} ${pause} ${attempt}`);
  assert.equal(await withRetry({ ...POLICY, onRetry }, action), 'done');
  assert.equal(state.calls, 4);
  assert.deepEqual(told, ['GET /: 0 2 1', 'GET /: 503 4 2', 'GET /: 429 5 3']);
});

test('never tries again what a person has to repair, nor our own mistakes', async () => {
  for (const error of [
    failing(403),
    failing(401),
    failing(404),
    failing(409),
    failing(422),
    new TypeError('bug'),
  ]) {
    const { state, action } = actionOf([error]);
    await assert.rejects(withRetry(POLICY, action), error);
    assert.equal(state.calls, 1);
  }
});

test('pauses double up to the longest, and are spread by up to a half', async () => {
  const errors = Array(5).fill(failing(500));
  assert.deepEqual(await pausesOf(POLICY, errors), [2, 4, 5, 5, 5]);
  const spread = await pausesOf({ ...POLICY, random: () => 0.999_999 }, errors);
  assert.deepEqual(spread.map(Math.round), [4, 8, 10, 10, 10]);
});

test('waits as long as the server asked, where that is longer', async () => {
  const pauses = await pausesOf(POLICY, [failing(429, 30), failing(429, 0), failing(429)]);
  assert.deepEqual(pauses, [30, 4, 5]);
});

test('gives up when the next pause would end after the time, with the last error', async () => {
  const { state, action } = actionOf([failing(503), failing(429, 60_000)]);
  await assert.rejects(withRetry(POLICY, action), /429/);
  assert.equal(state.calls, 2);
  const again = actionOf([failing(503)]);
  await assert.rejects(withRetry({ ...POLICY, totalMs: 0 }, again.action), /503/);
  assert.equal(again.state.calls, 1);
});

test('an abort ends the pause with its reason', async () => {
  const stop = new AbortController();
  const policy = {
    ...POLICY,
    signal: stop.signal,
    firstPauseMs: 60_000,
    longestPauseMs: 60_000,
    totalMs: 999_999,
  };
  const running = withRetry(
    { ...policy, onRetry: () => stop.abort(new Error('stopped')) },
    actionOf([failing(0)]).action,
  );
  await assert.rejects(running, /stopped/);
  await assert.rejects(withRetry(policy, actionOf([failing(403)]).action), /stopped/);
});
