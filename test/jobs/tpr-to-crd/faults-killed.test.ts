import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { seedObjects } from '../../cluster/seed.ts';
import type { FaultAction } from '../../faults/fault.ts';
import { LARGE_TPR } from './fault-data.ts';
import { assertOutcome, readOutcome } from './fault-outcome.ts';
import { isStoredWrite, STORED_WRITES } from './fault-plan.ts';
import { useFaultLane } from './fault-suite.ts';

/** The backup's only part and its index, five CRDs, six objects, two Nodes, the report. */
const WRITES = 16;

// F1: the job is killed at each of its writes in turn.
describe('a job that is killed', { timeout: 600_000 }, () => {
  const suite = useFaultLane();

  /** Starts a job that is killed at its n-th write, before the server gets it or when it has stored it. */
  async function killAt(at: number, when: 'before' | 'after'): Promise<void> {
    const { proxy, start } = suite.lane;
    proxy.reset();
    const job = start();
    const exited = once(job.child, 'exit');
    const call = () => {
      job.child.kill('SIGKILL');
      return exited;
    };
    const action: FaultAction = { do: 'call', when, call };
    proxy.setFaults([{ match: STORED_WRITES, at, action }]);
    await job.result;
    assert.equal(job.child.signalCode, 'SIGKILL', `write ${at} was not reached`);
  }

  for (const when of ['before', 'after'] as const) {
    for (let at = 1; at <= WRITES; at += 1) {
      test(`${when} write ${at}: the next run ends as if nothing had been`, async () => {
        await killAt(at, when);
        await suite.nextRunCompletes();
      });
    }
  }

  test('no write is left out above', () => {
    assert.equal(suite.planned.filter(isStoredWrite).length, WRITES);
  });

  test('four times in a row: the next run ends as if nothing had been', async () => {
    for (const when of ['before', 'after', 'before', 'after'] as const) await killAt(5, when);
    await suite.nextRunCompletes();
  });

  test('between the parts of a backup: the next run completes it', async () => {
    const { lane } = suite;
    await seedObjects(lane.admin, [LARGE_TPR]);
    await lane.run();
    const reference = await readOutcome(lane.admin);
    assert.equal(Object.keys(reference.backups).length, 3);
    for (const [at, when] of [
      [1, 'after'],
      [2, 'before'],
      [2, 'after'],
      [3, 'before'],
    ] as const) {
      await lane.clean();
      await killAt(at, when);
      const { exitCode, log } = await lane.run();
      assert.equal(exitCode, 0, log);
      await assertOutcome(lane.admin, reference, log);
    }
  });
});
