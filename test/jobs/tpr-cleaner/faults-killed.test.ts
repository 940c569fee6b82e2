import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killAt, killPoints } from '../kill-points.ts';
import { useCleanerFaults } from './fault-cluster.ts';

const cleaner = useCleanerFaults();

// F1: the next run converges.
test('killed at each write: the next run finishes', { timeout: 1_200_000 }, async t => {
  const { requests } = await cleaner.survives([]);
  const points = killPoints(requests);
  assert.equal(points.filter(({ text }) => / DELETE /.test(text)).length, 5);
  for (const point of points) {
    await t.test(point.text, async () => {
      await killAt(cleaner.proxy, () => cleaner.start(), point);
      const next = await cleaner.run();
      assert.equal(next.exitCode, 0, next.stdout);
      await cleaner.assertCleaned(next.stdout);
    });
  }
});
