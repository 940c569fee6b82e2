import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../../../../jobs/lib/run/abort.ts';

test('waits', async () => {
  const start = performance.now();
  await sleep(30);
  await sleep(10, new AbortController().signal);
  assert.ok(performance.now() - start >= 35);
});

test('throws the reason of the abort, before and during the wait', async () => {
  const stop = new AbortController();
  const waiting = sleep(60_000, stop.signal);
  stop.abort(new Error('stopped by SIGTERM'));
  await assert.rejects(waiting, /stopped by SIGTERM/);
  await assert.rejects(sleep(60_000, stop.signal), /stopped by SIGTERM/);
});
