import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault, FaultAction } from '../../faults/fault.ts';
import { STORED_WRITES } from '../kill-points.ts';
import { useCleanerFaults } from './fault-cluster.ts';

const cleaner = useCleanerFaults();

// F3: each request fails once; what is sent again passes.
describe('every request of a run, once', { timeout: 600_000 }, () => {
  const faults: readonly (readonly [string, FaultAction])[] = [
    ['reset', { do: 'reset' }],
    ['reset after the server did it', { do: 'reset-after' }],
    ['answered 429', { do: 'status', code: 429, retryAfterSeconds: 0 }],
    ['answered 500', { do: 'status', code: 500 }],
    ['answered 503', { do: 'status', code: 503 }],
  ];
  for (const [what, action] of faults) {
    test(`${what}: the data is deleted all the same, and each thing once`, async () => {
      const { requests } = await cleaner.survives([{ each: true, action }]);
      const hit = requests.filter(({ fault }) => fault !== undefined);
      assert.ok(hit.some(({ method }) => method === 'DELETE'));
      const done = requests.filter(
        ({ method, status, fault }) => method === 'DELETE' && status === 200 && fault !== 'status',
      );
      assert.equal(new Set(done.map(({ path }) => path)).size, done.length);
    });
  }

  test('never answered, though the server may have done it: it is asked again', async () => {
    const patience = ['--request-timeout', '2'];
    const match = { path: /thirdpartyresources\/(ip-pool|global-bgp-peer)/ };
    await cleaner.survives([{ match, each: true, action: { do: 'stall-after' } }], patience);
  });

  test('the API server is away for some seconds in the middle', async () => {
    await cleaner.survives([{ match: { methods: ['DELETE'] }, at: 3, action: { do: 'away', ms: 4_000 } }]);
  });

  test('the API server is away for longer than the run has patience: the next one finishes', async () => {
    const away: Fault = { match: { methods: ['DELETE'] }, at: 4, action: { do: 'away', ms: 8_000 } };
    const { exitCode, stdout } = await cleaner.run([away], ['--retry-timeout', '2']);
    assert.equal(exitCode, 1, stdout);
    await cleaner.survives([]);
  });
});

// F4.
describe('writes refused with a conflict', { timeout: 600_000 }, () => {
  const action: FaultAction = { do: 'status', code: 409 };
  test('each once', async () => {
    await cleaner.survives([{ each: true, match: STORED_WRITES, action }]);
  });
  for (const seed of [1, 2, 3]) {
    test(`three of ten (seed ${seed})`, async () => {
      await cleaner.survives([{ match: STORED_WRITES, probability: 0.3, seed, action }]);
    });
  }
});
