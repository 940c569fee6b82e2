import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { requestLine, STORED_WRITES } from '../tpr-to-crd/fault-plan.ts';
import { useFaultLane } from './fault-lane.ts';

const suite = useFaultLane();

/** Starts a job that is killed (SIGKILL) at its n-th write. */
async function killAt(at: number, when: 'before' | 'after', options: readonly string[] = []): Promise<void> {
  const { proxy, start } = suite.lane;
  proxy.reset();
  const job = start(options);
  const exited = once(job.child, 'exit');
  const call = () => {
    job.child.kill('SIGKILL');
    return exited;
  };
  const action: FaultAction = { do: 'call', when, call };
  proxy.setFaults([{ match: STORED_WRITES, at, action }]);
  const { stdout } = await job.result;
  proxy.reset();
  assert.equal(job.child.signalCode, 'SIGKILL', `write ${at} was not reached: ${stdout}`);
}

// F1
describe('a conversion that is killed', { timeout: 1_200_000 }, () => {
  for (const when of ['before', 'after'] as const) {
    it(`${when} each of its writes: the next run ends as if nothing had been`, async t => {
      for (const [index, write] of suite.writes.entries()) {
        await t.test(`write ${index + 1}, ${requestLine(write)}`, async () => {
          await killAt(index + 1, when);
          await suite.nextRunCompletes();
        });
      }
    });
  }

  it('in the middle, and then reverted: everything is as it was', async () => {
    const { lane, reference } = suite;
    const before = await lane.run([], ['--dry-run']);
    await killAt(suite.writes.length - 3, 'after');
    const { exitCode, stdout } = await lane.run([], ['--revert']);
    assert.equal(exitCode, 0, stdout);
    const again = await lane.run([], ['--dry-run']);
    assert.equal(again.sentence, before.sentence);
    assert.equal(reference.exitCode, 0);
  });
});
