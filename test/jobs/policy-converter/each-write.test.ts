import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visitVerdicts } from '../../../jobs/lib/calico/networkpolicy/verdicts.ts';
import { viewsOf } from '../../../jobs/policy-converter/view.ts';
import type { World } from '../lib/calico/networkpolicy/brute-force.ts';
import { modelCluster } from '../lib/calico/networkpolicy/model-input.ts';
import { allowedConnections, opened } from './brute-verdicts.ts';
import { useFaultLane } from './fault-lane.ts';
import { policyNames, readWorld } from './seed-world.ts';

const suite = useFaultLane();

/** How many classes of connections `now` allows under either semantics that `original` forbids under both, by the model. */
function openedByModel(original: World, now: World): number {
  let count = 0;
  const views = viewsOf([
    ['annotation', original.policies],
    ['v1', original.policies],
    ['annotation', now.policies],
    ['v1', now.policies],
  ]);
  visitVerdicts(modelCluster(original), views, ({ allowed: [oldBefore, newBefore, oldNow, newNow] }) => {
    assert.ok(oldBefore && newBefore && oldNow && newNow);
    for (const [word, bits] of oldNow.entries()) {
      const either = bits | (newNow[word] ?? 0);
      if ((either & ~((oldBefore[word] ?? 0) | (newBefore[word] ?? 0))) !== 0) count += 1;
    }
  });
  return count;
}

describe('between any two writes of a run on a real API server', { timeout: 600_000 }, () => {
  it('nothing is allowed that both semantics forbid, and what acts now changes nothing', async () => {
    const { lane } = suite;
    const original = await readWorld(lane.admin);
    const acting = allowedConnections(original, 'annotation');
    const moments: World[] = [];
    const call = async () => {
      moments.push(await readWorld(lane.admin));
    };
    const match = { methods: ['POST', 'DELETE'], path: /\/networkpolicies/ };
    const fault = {
      match,
      times: Number.POSITIVE_INFINITY,
      action: { do: 'call', when: 'after', call },
    } as const;
    const { exitCode, stdout, requests } = await lane.run([fault]);
    assert.equal(exitCode, 0, stdout);
    assert.equal(moments.length, 5, '2 created, 3 deleted');
    for (const now of moments) {
      const what = policyNames(now).join();
      assert.deepEqual(opened(original, now), [], what);
      assert.equal(openedByModel(original, now), 0, what);
      assert.deepEqual(allowedConnections(now, 'annotation', original), acting, what);
    }
    const methods = requests.filter(({ path, method }) => method !== 'GET' && /networkpolicies/.test(path));
    assert.deepEqual(
      methods.map(({ method }) => method),
      ['POST', 'POST', 'DELETE', 'DELETE', 'DELETE'],
      'everything is created before anything is deleted',
    );
  });

  it('a check of this kind finds a run in the wrong order', async () => {
    const original = await readWorld(suite.lane.admin);
    const withoutAllow = original.policies.filter(({ metadata }) => metadata.name !== 'default-deny');
    const wrong = {
      ...original,
      policies: withoutAllow.filter(({ metadata }) => metadata.namespace !== 'shop'),
    };
    assert.notDeepEqual(opened(original, wrong), []);
    assert.notEqual(openedByModel(original, wrong), 0);
  });
});
