import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { STORED_WRITES } from '../tpr-to-crd/fault-plan.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const FAULTS: readonly (readonly [what: string, action: FaultAction])[] = [
  ['refused', { do: 'refuse' }],
  ['reset', { do: 'reset' }],
  ['reset after the server did it', { do: 'reset-after' }],
  ['answered 429', { do: 'status', code: 429 }],
  ['answered 500', { do: 'status', code: 500 }],
  ['answered 503', { do: 'status', code: 503 }],
];

const CONFLICT: FaultAction = { do: 'status', code: 409 };

const suite = useFaultLane({ subject: KDD_SUBJECT });

// F3 and F4: each request of the job fails once. What is sent again passes, so that one run meets them all.
describe('every request of a run, once', { timeout: 1_800_000 }, () => {
  for (const [what, action] of FAULTS) {
    test(`${what}: is sent again, and each thing is done once`, async () => {
      suite.assertAllHit(await suite.survives([{ each: true, action }]));
    });
  }
});

describe('writes', { timeout: 1_800_000 }, () => {
  test('refused with a conflict once each: are done once, on what is then there', async () => {
    suite.assertAllHit(
      await suite.survives([{ each: true, match: STORED_WRITES, action: CONFLICT }]),
      'writes',
    );
  });

  for (const seed of [1, 2, 3]) {
    test(`three of ten refused with a conflict (seed ${seed}): each thing is done once`, async () => {
      const fault = { match: STORED_WRITES, probability: 0.3, seed, action: CONFLICT };
      const { requests } = await suite.survives([fault]);
      assert.ok(requests.some(({ fault: hit }) => hit !== undefined));
    });
  }
});

test('an API server that is away in the middle: the run waits for it and ends as if nothing had been', async () => {
  const match = { methods: ['POST'], path: /\/felixconfigurations$/ };
  const run = await suite.lane.run([{ match, action: { do: 'away', ms: 2000 } }]);
  assert.equal(run.exitCode, 0, run.log);
  assert.match(run.log, /; trying again in /);
  await suite.isComplete(run.log);
});

test('every request of a run without an answer, once: is sent again, and each thing is done once', async () => {
  const action: FaultAction = { do: 'stall-after' };
  suite.assertAllHit(await suite.survives([{ each: true, action }], ['--request-timeout', '1']));
});
