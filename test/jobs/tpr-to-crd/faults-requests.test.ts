import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FaultAction, requestKey } from '../../faults/fault.ts';
import { PASSING_FAULTS } from '../../faults/passing-faults.ts';
import type { FaultedRun } from './fault-lane.ts';
import { isStoredWrite, STORED_WRITES } from './fault-plan.ts';
import { TPR_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const CONFLICT: FaultAction = { do: 'status', code: 409 };

const suite = useFaultLane({ subject: TPR_SUBJECT });

// F3 and F4: each request of the job fails once. What is sent again passes, so that one run meets them all.
describe('every request of a run, once', { timeout: 600_000 }, () => {
  for (const [what, action] of PASSING_FAULTS) {
    test(`${what}: is sent again, and each thing is done once`, async () => {
      suite.assertAllHit(await suite.survives([{ each: true, action }]));
    });
  }
});

describe('every write of a run, once', { timeout: 600_000 }, () => {
  test('refused with a conflict: is done once, on what is then there', async () => {
    suite.assertAllHit(
      await suite.survives([{ each: true, match: STORED_WRITES, action: CONFLICT }]),
      'writes',
    );
  });

  test('answered 429 with Retry-After, on some: waits as long as it was told', async () => {
    const action: FaultAction = { do: 'status', code: 429, retryAfterSeconds: 1 };
    const match = { methods: ['POST', 'PATCH'], path: /\/(customresourcedefinitions|ippools|nodes\/.*)$/ };
    const run = await suite.survives([{ each: true, match, action }]);
    const found = pauses(run);
    assert.notEqual(found.length, 0);
    for (const ms of found) assert.ok(ms >= 990, `${ms} ms: ${run.log}`);
  });
});

/** How long after each write that was hit the same one was sent again, in milliseconds. */
function pauses({ requests }: FaultedRun): readonly number[] {
  const writes = requests.filter(isStoredWrite);
  return writes
    .filter(({ fault }) => fault !== undefined)
    .map(hit => {
      const again = writes.find(({ n, ...other }) => n > hit.n && requestKey(other) === requestKey(hit));
      return (again?.startedAt.getTime() ?? 0) - hit.startedAt.getTime();
    });
}
