import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { spreadFaults } from './fault-plan.ts';
import { useFaultLane } from './fault-suite.ts';

/** Over how many runs the requests are spread. */
const RUNS = 3;

const FAULTS: readonly (readonly [what: string, action: FaultAction])[] = [
  ['without an answer', { do: 'stall' }],
  ['without an answer, although the server did it', { do: 'stall-after' }],
  ['answered 429 with Retry-After', { do: 'status', code: 429, retryAfterSeconds: 1 }],
];

// F3: each request of the job has to be waited for once. One second stands for the 30 of the default.
describe('a request that takes time', { timeout: 600_000 }, () => {
  const suite = useFaultLane();

  for (const [what, action] of FAULTS) {
    for (let run = 0; run < RUNS; run += 1) {
      test(`${what} (part ${run + 1} of ${RUNS} of all requests): is sent again, and each thing is done once`, async () => {
        const faults = spreadFaults(suite.planned, action, RUNS)[run] ?? [];
        assert.equal(await suite.survives(faults, ['--request-timeout', '1']), faults.length);
      });
    }
  }
});
