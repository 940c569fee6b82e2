import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachConcurrently } from '../../../../jobs/lib/run/concurrency.ts';

test('runs every item once, in order, and never more than the limit at a time', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await forEachConcurrently([...Array(20).keys()], 4, async item => {
    started.push(item);
    running += 1;
    most = Math.max(most, running);
    await sleep(1 + (item % 3));
    running -= 1;
  });
  assert.deepEqual(started, [...Array(20).keys()]);
  assert.equal(most, 4);
});

test('starts nothing after the first error, waits for what runs, and throws that error', async () => {
  const finished: number[] = [];
  const run = forEachConcurrently([...Array(20).keys()], 3, async item => {
    if (item === 1) throw new Error('the first');
    await sleep(5);
    finished.push(item);
  });
  await assert.rejects(run, /the first/);
  assert.deepEqual(finished, [0, 2]);
});

test('stops at an abort with its reason', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const action = async (item: number): Promise<void> => {
    seen.push(item);
    if (item === 2) stop.abort(new Error('stopped by SIGTERM'));
  };
  await assert.rejects(
    forEachConcurrently([...Array(9).keys()], 1, action, stop.signal),
    /stopped by SIGTERM/,
  );
  assert.deepEqual(seen, [0, 1, 2]);
});

test('has nothing to do without items', async () => {
  await forEachConcurrently([], 4, async () => assert.fail('no item'));
});
