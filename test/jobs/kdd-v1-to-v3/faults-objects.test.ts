import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from '../../faults/fault.ts';
import { STORED_WRITES } from '../tpr-to-crd/fault-plan.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_DEFINED_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_DEFINED_SUBJECT });

// F3 and F4; faults-requests.test.ts has each request once, those that define kinds among them.
describe('where the kinds are defined', { timeout: 600_000 }, () => {
  for (const seed of [1, 2, 3]) {
    test(`three of ten writes refused with a conflict (seed ${seed}): each thing is done once`, async () => {
      const fault: Fault = {
        match: STORED_WRITES,
        probability: 0.3,
        seed,
        action: { do: 'status', code: 409 },
      };
      const { requests } = await suite.survives([fault]);
      assert.ok(requests.some(({ fault: hit }) => hit !== undefined));
    });
  }

  test('an API server that is away in the middle: the run waits for it and ends as if nothing had been', async () => {
    const match = { methods: ['POST'], path: /\/felixconfigurations$/ };
    const run = await suite.lane.run([{ match, action: { do: 'away', ms: 2000 } }]);
    assert.equal(run.exitCode, 0, run.log);
    assert.match(run.log, /; trying again in /);
    await suite.isComplete(run.log);
  });
});
