import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault, FaultAction } from '../../faults/fault.ts';
import { effects } from '../tpr-to-crd/fault-plan.ts';
import { useFaultLane } from './fault-lane.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

/** Seconds: retries of 2 s, those of the report, and what a busy machine needs. */
const BOUND = 60;

const suite = useFaultLane();

describe('an API server that is away', { timeout: 600_000 }, () => {
  const MOMENTS: readonly (readonly [when: string, match: Fault['match']])[] = [
    ['before it has answered anything', {}],
    ['while pods are read', { path: /\/pods/ }],
    ['while a default-deny is created', { methods: ['POST'], path: /\/networkpolicies/ }],
    ['while policies are deleted', { methods: ['DELETE'] }],
  ];

  for (const [when, match] of MOMENTS) {
    it(`for a time, ${when}: is waited for`, async () => {
      const run = await suite.survives([{ ...(match && { match }), action: { do: 'away', ms: 2_000 } }]);
      assert.match(run.stdout, /; trying again in /);
    });
  }

  for (const [when, match] of MOMENTS) {
    it(`for good, ${when}: the job gives up in bounded time, and the next run completes it`, async () => {
      const action: FaultAction = { do: 'status', code: 503 };
      const run = await suite.lane.run(
        [{ ...(match && { match }), action, times: ALWAYS }],
        ['--retry-timeout', '2'],
      );
      assert.equal(run.exitCode, 1, run.stdout);
      assert.ok(run.seconds < BOUND, `${run.seconds} s: ${run.stdout}`);
      assert.match(run.sentence, /Nothing is lost: start the job again when the API server answers$/);
      await suite.nextRunCompletes();
    });
  }

  it('with a list that fails: is never taken for an empty cluster', async () => {
    for (const kind of ['networkpolicies', 'namespaces', 'pods']) {
      const match = { methods: ['GET'], path: new RegExp(`/${kind}\\?limit=500$`) };
      const fault: Fault = { match, action: { do: 'status', code: 500 }, times: ALWAYS };
      const run = await suite.lane.run([fault], ['--retry-timeout', '0.3']);
      assert.equal(run.exitCode, 1, run.stdout);
      const writes = Object.keys(effects(run.requests)).filter(
        line => !line.includes('calico-upgrade-report'),
      );
      assert.deepEqual(writes, []);
    }
  });
});

describe('an API server that refuses a write for ever', { timeout: 600_000 }, () => {
  it('as a conflict: the job gives up, says so, and the next run ends as if nothing had been', async () => {
    const match = { methods: ['DELETE'], path: /\/networkpolicies\// };
    const run = await suite.lane.run([{ match, action: { do: 'status', code: 409 }, times: ALWAYS }]);
    assert.equal(run.exitCode, 1, run.stdout);
    assert.match(run.sentence, /409: .*Somebody keeps changing this object: .*, then start the job again$/);
    await suite.nextRunCompletes();
  });
});
