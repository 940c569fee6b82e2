import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FaultAction, RecordedRequest } from '../../faults/fault.ts';
import type { FaultedRun, Side } from './fault-lane.ts';
import { assertUntouched } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

const BREAKS: readonly (readonly [what: string, action: FaultAction])[] = [
  ['refused', { do: 'refuse' }],
  ['reset', { do: 'reset' }],
  ['reset after etcd did it', { do: 'reset-after' }],
];

/** `PUT /v2/keys/calico/v1/Ready`, `WRITE /etcdserverpb.KV/Txn`. */
const lineOf = ({ method, path }: RecordedRequest): string => `${method} ${path.replace(/\?.*/, '')}`;

/** Every kind of request that a run without faults makes was spoiled. */
function assertAllHit({ requests, log }: FaultedRun, reference: FaultedRun): void {
  for (const side of ['v2', 'v3'] as const satisfies readonly Side[]) {
    const hit = new Set(requests[side].filter(({ fault }) => fault !== undefined).map(lineOf));
    const missed = reference.requests[side].map(lineOf).filter(line => !hit.has(line));
    assert.deepEqual(missed, [], log);
  }
}

// F6: what is sent again passes, so that one run meets all of them.
describe('every request of a run, to etcd v2 and v3, once', { timeout: 600_000 }, () => {
  for (const [what, action] of BREAKS) {
    test(`${what}: is sent again, and each thing is done once`, async () => {
      const { lane } = suite;
      const faults = { v2: [{ each: true, action }], v3: [{ each: true, times: 1, action }] };
      await lane.clean();
      const started = await lane.run(['start'], faults);
      assert.equal(started.exitCode, 0, started.log);
      assertAllHit(started, suite.reference.run);
      await suite.isMigrated(started.log);
      const completed = await lane.run(['complete'], faults);
      assert.equal(completed.exitCode, 0, completed.log);
      const back = await lane.run(['abort', '--after-complete'], faults);
      assert.equal(back.exitCode, 0, back.log);
      const aborted = await lane.run(['abort'], faults);
      assert.equal(aborted.exitCode, 0, aborted.log);
      await assertUntouched(lane, aborted.log);
    });
  }
});

test('etcd v2 behind a balancer that answers 503 to each request once: the run goes on', async () => {
  const { lane } = suite;
  await lane.clean();
  const run = await lane.run(['start'], { v2: [{ each: true, action: { do: 'status', code: 503 } }] });
  assert.equal(run.exitCode, 0, run.log);
  assert.match(run.log, /warning: etcd .*503.*; trying again in /);
  await suite.isMigrated(run.log);
});
