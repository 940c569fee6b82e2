import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { FaultAction, RecordedRequest } from '../../faults/fault.ts';
import type { FaultLane } from './fault-lane.ts';
import { requestLine, STORED_WRITES } from './fault-plan.ts';
import type { FaultSuite } from './fault-suite.ts';

/** Whether the server has carried the write out when the job dies. */
export type KillMoment = 'before' | 'after';

/** Starts a job that is killed (SIGKILL) at its n-th write. */
export async function killAt(
  { proxy, start }: FaultLane,
  at: number,
  when: KillMoment,
  options: readonly string[] = [],
): Promise<void> {
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
  assert.equal(job.child.signalCode, 'SIGKILL', `write ${at} was not reached: ${stdout}`);
}

/** Kills a job at each write of a run without faults in turn, or at those chosen: the next run ends as if nothing had been. */
export async function killAtEachWrite(
  suite: FaultSuite,
  when: KillMoment,
  t: TestContext,
  isChosen: (write: RecordedRequest) => boolean = () => true,
): Promise<void> {
  const chosen = [...suite.writes.entries()].filter(([, write]) => isChosen(write));
  assert.notEqual(chosen.length, 0, 'no write was chosen');
  for (const [index, write] of chosen) {
    await t.test(`write ${index + 1}, ${requestLine(write)}`, async () => {
      await killAt(suite.lane, index + 1, when);
      await suite.nextRunCompletes();
    });
  }
}
