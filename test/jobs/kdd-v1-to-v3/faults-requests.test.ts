import { describe, test } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { PASSING_FAULTS } from '../../faults/passing-faults.ts';
import { STORED_WRITES } from '../tpr-to-crd/fault-plan.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const CONFLICT: FaultAction = { do: 'status', code: 409 };

const suite = useFaultLane({ subject: KDD_SUBJECT });

// F3 and F4: each request of the job fails once. What is sent again passes, so that one run meets them all.
describe('every request of a run, once', { timeout: 1_800_000 }, () => {
  for (const [what, action] of PASSING_FAULTS) {
    test(`${what}: is sent again, and each thing is done once`, async () => {
      suite.assertAllHit(await suite.survives([{ each: true, action }]));
    });
  }

  test('without an answer: is sent again, and each thing is done once', async () => {
    const action: FaultAction = { do: 'stall-after' };
    suite.assertAllHit(await suite.survives([{ each: true, action }], ['--request-timeout', '0.5']));
  });
});

describe('every write of a run, once', { timeout: 1_800_000 }, () => {
  test('refused with a conflict: is done once, on what is then there', async () => {
    suite.assertAllHit(
      await suite.survives([{ each: true, match: STORED_WRITES, action: CONFLICT }]),
      'writes',
    );
  });
});
