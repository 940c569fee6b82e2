import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import type { Fault } from '../../faults/fault.ts';
import { startJob } from '../job-process.ts';
import { killAt, killPoints, STORED_WRITES } from '../kill-points.ts';
import { useProxy } from '../use-proxy.ts';
import { otherContent, useDowngradedCluster, v3Texts } from './v3-cluster.ts';

const jobs = useDowngradedCluster();
const proxied = useProxy(jobs, 'kdd-v3-cleanup-job.yaml');

// A bundle starts fast, and there are many runs.
let bundle: Bundle;
before(async () => {
  bundle = await buildBundle();
});
after(() => bundle?.[Symbol.asyncDispose]());

const start = () =>
  startJob(['kdd-cleaner', 'v3', '--confirm'], { kubeconfig: proxied.kubeconfig, main: bundle.main });

/** Runs the job, with these faults and no others. */
async function run(faults: readonly Fault[] = []) {
  const { proxy } = proxied;
  proxy.reset();
  proxy.setFaults(faults);
  const result = await start().result;
  const requests = [...proxy.requests];
  proxy.reset();
  return { ...result, requests };
}

// F1: the next run converges.
test('killed at each write: the next run finishes', { timeout: 1_200_000 }, async t => {
  const { requests } = await run();
  const points = killPoints(requests);
  assert.equal(points.filter(({ text }) => / DELETE /.test(text)).length, 4);
  for (const point of points) {
    await t.test(point.text, async () => {
      const rest = await otherContent(jobs.client);
      await killAt(proxied.proxy, start, point);
      const { sentence, stdout } = await run();
      assert.match(sentence, /^(deleted and verified|nothing to delete)/, stdout);
      assert.deepEqual(await v3Texts(jobs.client), []);
      assert.deepEqual(await otherContent(jobs.client), rest);
    });
  }
});

// F3 and F4: what is sent again passes.
const FAULTS: readonly (readonly [what: string, fault: Fault])[] = [
  ['answers are lost', { each: true, action: { do: 'reset-after' } }],
  ['503', { each: true, action: { do: 'status', code: 503 } }],
  ['conflicts', { each: true, match: STORED_WRITES, action: { do: 'status', code: 409 } }],
];

for (const [what, fault] of FAULTS) {
  test(`every request of a run, once: ${what}`, async () => {
    const rest = await otherContent(jobs.client);
    const { exitCode, stdout } = await run([fault]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await v3Texts(jobs.client), []);
    assert.deepEqual(await otherContent(jobs.client), rest);
  });
}
