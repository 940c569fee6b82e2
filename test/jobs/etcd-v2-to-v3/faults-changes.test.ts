import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from '../../faults/fault.ts';
import { FAULT_V1, POLICY_KEY } from './fault-data.ts';
import { WRITES } from './fault-kill.ts';
import { assertUntouched } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

const V3_POLICY = '/calico/resources/v3/projectcalico.org/globalnetworkpolicies/default.allow-web';

/** Another policy than before. */
const policy = (order: number): string =>
  (FAULT_V1[POLICY_KEY] ?? '').replace('"order":100', `"order":${order}`);

/** Calls when etcd has paused Calico; with `often` also at every look for changes from then on. */
const whenPaused = (call: () => unknown, often = false): Fault =>
  often
    ? {
        match: WRITES.v2,
        at: 3,
        times: Number.POSITIVE_INFINITY,
        action: { do: 'call', when: 'before', call },
      }
    : { match: WRITES.v2, at: 2, action: { do: 'call', when: 'after', call } };

const storedOrder = async (): Promise<unknown> =>
  JSON.parse((await suite.lane.v3.dump())[V3_POLICY] ?? '{}').spec?.order;

const BAD: readonly (readonly [what: string, key: string, value: string, named: RegExp])[] = [
  ['a policy that is no JSON', POLICY_KEY, 'no JSON', /allow-web/],
  ['a host whose name clashes', '/calico/v1/host/Node-1/metadata', '{}', /name clash: .*Node-1/],
];

// Row 4 of the list of the original's defects.
describe('v1 data that goes bad while Calico is paused', () => {
  for (const [what, key, value, named] of BAD) {
    test(`${what}: refused by name, Calico 2.6 works again`, async () => {
      const { lane } = suite;
      await lane.clean();
      const run = await lane.run(['start'], { v2: [whenPaused(() => lane.v1.put(key, value))] });
      assert.equal(run.exitCode, 3, run.log);
      assert.match(run.log, named);
      assert.match(run.sentence, /^the v1 data changed during the copy: 1 object .*Calico 2\.6 works again/);
      assert.equal(await lane.ready(), 'true');
      await suite.succeeds(['abort']);
      await lane.v1.remove(key.replace('/metadata', ''));
      if (key === POLICY_KEY) await lane.v1.put(key, FAULT_V1[key] ?? '');
      await assertUntouched(lane, run.log);
    });
  }

  test('goes on without it with --skip-invalid', async () => {
    const { lane } = suite;
    await lane.clean();
    const fault = whenPaused(() => lane.v1.put(POLICY_KEY, 'no JSON'));
    const run = await lane.run(['start', '--skip-invalid'], { v2: [fault] });
    assert.equal(run.exitCode, 0, run.log);
    assert.equal((await lane.v3.dump())[V3_POLICY], undefined);
    assert.equal(await lane.ready(), 'false');
  });
});

// F10.
describe('a writer that ignores the pause', () => {
  test('is named, and what it wrote is copied', async () => {
    const { lane } = suite;
    await lane.clean();
    const fault: Fault = { ...whenPaused(() => lane.v1.put(POLICY_KEY, policy(7)), true), at: 4, times: 1 };
    const run = await lane.run(['start'], { v2: [fault] });
    assert.equal(run.exitCode, 0, run.log);
    assert.match(run.log, /warning: changed although Calico is paused, and copied: .*default\.allow-web/);
    assert.equal(await storedOrder(), 7);
  });

  test('writes while Calico is copied and in the drain: all of it is copied', async () => {
    const { lane } = suite;
    await lane.clean();
    const copying: Fault = {
      match: WRITES.v3,
      at: 5,
      action: { do: 'call', when: 'before', call: () => lane.v1.put(POLICY_KEY, policy(8)) },
    };
    const draining = whenPaused(() => lane.v1.put('/calico/v1/config/IpInIpMtu', '1400'));
    const env = { CALICO_UPGRADE_DRAIN_SECONDS: '0.2' };
    const run = await lane.run(['start'], { v2: [draining], v3: [copying] }, env);
    assert.equal(run.exitCode, 0, run.log);
    assert.equal(await storedOrder(), 8);
    const felix = '/calico/resources/v3/projectcalico.org/felixconfigurations/default';
    assert.match((await lane.v3.dump())[felix] ?? '', /"ipipMTU":1400/);
  });

  test('that does not stop ends the run after some rounds, and Calico 2.6 works again', async () => {
    const { lane } = suite;
    await lane.clean();
    let order = 200;
    const write = () => {
      order += 1;
      return lane.v1.put(POLICY_KEY, policy(order));
    };
    const run = await lane.run(['start'], { v2: [whenPaused(write, true)] });
    assert.equal(run.exitCode, 1, run.log);
    assert.match(run.sentence, /somebody writes the v1 data although Calico is paused, last .*allow-web/);
    assert.match(run.sentence, /Calico 2\.6 works again/);
    assert.equal(await lane.ready(), 'true');
    assert.equal(run.log.split('changed although Calico is paused').length, 5, run.log);
  });
});

describe('v1 data that changed after a finished start', () => {
  test('is seen by complete, and copied by a second start', async () => {
    const { lane } = suite;
    await lane.clean();
    await suite.succeeds(['start']);
    await lane.v1.put(POLICY_KEY, policy(9));
    await lane.v1.remove('/calico/ipam/v2/handle/k8s-pod-network.7');
    await lane.v1.put('/calico/ipam/v2/handle/later', '{"block":{"10.64.3.0/26":1}}');
    const refused = await lane.run(['complete']);
    assert.equal(refused.exitCode, 3, refused.log);
    assert.match(refused.sentence, /^the v1 data changed after it was copied \(3 objects\)/);
    for (const named of [
      /default\.allow-web: differs/,
      /handle\/later: in v1/,
      /network\.7: deleted from v1/,
    ]) {
      assert.match(refused.log, named);
    }
    assert.equal(await lane.ready(), 'false');
    await suite.succeeds(['start']);
    assert.equal(await storedOrder(), 9);
    const dump = await lane.v3.dump();
    assert.ok('/calico/ipam/v2/handle/later' in dump);
    assert.ok(!('/calico/ipam/v2/handle/k8s-pod-network.7' in dump));
    assert.match((await suite.succeeds(['complete'])).sentence, /^complete: /);
  });

  test('is left behind with --ignore-v1-changes', async () => {
    const { lane } = suite;
    await lane.clean();
    await suite.succeeds(['start']);
    await lane.v1.put(POLICY_KEY, policy(10));
    const { log } = await suite.succeeds(['complete', '--ignore-v1-changes']);
    assert.match(log, /ignored: .*default\.allow-web: differs/);
    assert.equal(await storedOrder(), 100);
  });
});
