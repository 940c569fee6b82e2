import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { isStoredWrite, STORED_WRITES, spreadFaults } from './fault-plan.ts';
import { useFaultLane } from './fault-suite.ts';

/** Over how many runs the requests are spread: a fifth of them fails in each. */
const RUNS = 5;

const FAULTS: readonly (readonly [what: string, action: FaultAction])[] = [
  ['refused', { do: 'refuse' }],
  ['reset', { do: 'reset' }],
  ['reset after the server did it', { do: 'reset-after' }],
  ['answered 500', { do: 'status', code: 500 }],
  ['answered 503', { do: 'status', code: 503 }],
];

const CONFLICT: FaultAction = { do: 'status', code: 409 };

// F3 and F4: each request of the job fails once.
describe('a request that fails', { timeout: 600_000 }, () => {
  const suite = useFaultLane();

  for (let run = 0; run < RUNS; run += 1) {
    const part = `part ${run + 1} of ${RUNS} of all`;
    for (const [what, action] of FAULTS) {
      test(`${what} (${part} requests): is sent again, and each thing is done once`, async () => {
        const faults = spreadFaults(suite.planned, action, RUNS)[run] ?? [];
        assert.equal(await suite.survives(faults), faults.length);
      });
    }

    test(`refused with a conflict (${part} writes): is done once, on what is then there`, async () => {
      const faults = spreadFaults(suite.planned.filter(isStoredWrite), CONFLICT, RUNS)[run] ?? [];
      assert.equal(await suite.survives(faults), faults.length);
    });
  }

  for (const seed of [1, 2, 3, 4]) {
    test(`conflicts on three of ten writes (seed ${seed}): each thing is done once`, async () => {
      assert.ok(
        (await suite.survives([{ match: STORED_WRITES, probability: 0.3, seed, action: CONFLICT }])) > 0,
      );
    });
  }
});
