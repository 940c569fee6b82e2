import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import type { Fault } from '../../faults/fault.ts';
import { WRITES } from './fault-kill.ts';
import { type FaultLane, setFaults, startFaultLane, untilSaid } from './fault-lane.ts';
import { assertV1, readOutcome } from './fault-outcome.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

let bundle: Bundle;
before(async () => {
  bundle = await buildBundle();
});
after(() => bundle[Symbol.asyncDispose]());

/** Starts a run that stops in the copy until it is let go on. */
async function startHeld(lane: FaultLane) {
  const reached = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const call = () => {
    reached.resolve();
    return letGo.promise;
  };
  setFaults(lane.proxies, {
    v3: [{ match: WRITES.v3, at: 4, action: { do: 'call', when: 'before', call } }],
  });
  // It asks again where it gets no answer for so long, which it would get at once.
  const { child, result } = lane.start(['start'], { CALICO_UPGRADE_REQUEST_TIMEOUT: '600' });
  await reached.promise;
  return { child, result, letGo: letGo.resolve };
}

// Each takes half a minute, which is spent with waiting: the life of a lock, or of the retries that let Calico go on.
describe('what takes long', { concurrency: true, timeout: 600_000 }, () => {
  test('two starts at once: the second waits, and finds nothing to do', async () => {
    await using lane = await startFaultLane({ bundle });
    const first = await startHeld(lane);
    const second = lane.start(['start']);
    await untilSaid(second, /another process is at work \(.*, process \d+, since .*\): waiting/);
    first.letGo();
    const results = await Promise.all([first.result, second.result]);
    const log = results.map(({ stdout }) => stdout).join('\n');
    assert.deepEqual(
      results.map(({ exitCode }) => exitCode),
      [0, 0],
      log,
    );
    assert.match(results[1].sentence, /^nothing to do: 259 keys migrated and verified/);
    await assertV1(lane, 'false', log);
  });

  test('two starts at once, the first takes long: the second is refused, and does not disturb it', async () => {
    await using lane = await startFaultLane({ bundle });
    const first = await startHeld(lane);
    const second = await lane.start(['start']).result;
    assert.equal(second.exitCode, 3, second.stdout);
    assert.match(second.sentence, /^another process is at work: .* is held by .*, process \d+, since/);
    const aborted = await lane.start(['abort', '--dry-run']).result;
    assert.equal(aborted.exitCode, 0, aborted.stdout);
    first.letGo();
    const { exitCode, stdout } = await first.result;
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual((await readOutcome(lane)).others, []);
  });

  test('the lock of a killed run: is waited for until it ends by itself', async () => {
    await using lane = await startFaultLane({ bundle });
    const first = await startHeld(lane);
    const second = lane.start(['start']);
    await untilSaid(second, /another process is at work .*: waiting/);
    first.child.kill('SIGKILL');
    await first.result;
    first.letGo();
    const { exitCode, stdout } = await second.result;
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual((await readOutcome(lane)).others, []);
    await assertV1(lane, 'false', stdout);
  });

  const SIDES = [
    ['v3 goes away for good once Calico is paused: Calico 2.6 works again', 'v3', 'refuse'],
    ['v3 is silent for good once Calico is paused: Calico 2.6 works again', 'v3', 'stall'],
  ] as const;
  for (const [what, side, broken] of SIDES) {
    test(`etcd ${what}`, async () => {
      await using lane = await startFaultLane({ bundle });
      const breaks: Fault = { times: FOR_EVER, action: { do: broken } };
      const call = () => lane.proxies[side].setFaults([breaks]);
      const faults = {
        v2: [{ match: WRITES.v2, at: 2, action: { do: 'call', when: 'after', call } as const }],
      };
      const env = { CALICO_UPGRADE_RETRY_TIMEOUT: '2', CALICO_UPGRADE_REQUEST_TIMEOUT: '10' };
      const run = await lane.run(['start'], faults, env);
      assert.equal(run.exitCode, 1, run.log);
      assert.match(run.sentence, /^etcd http:.* failed: .*Calico 2\.6 works again/);
      await assertV1(lane, 'true', run.log);
      await lane.expireLock();
      const again = await lane.run(['start']);
      assert.equal(again.exitCode, 0, again.log);
    });
  }

  test('etcd goes away for good once Calico is paused: it is said, and abort lets Calico 2.6 go on', async () => {
    await using lane = await startFaultLane({ bundle });
    const breaks: Fault = { times: FOR_EVER, action: { do: 'refuse' } };
    const call = () => {
      for (const proxy of [lane.proxies.v2, lane.proxies.v3]) proxy.setFaults([breaks]);
    };
    const faults = {
      v2: [{ match: WRITES.v2, at: 2, action: { do: 'call', when: 'after', call } as const }],
    };
    const run = await lane.run(['start'], faults, { CALICO_UPGRADE_RETRY_TIMEOUT: '2' });
    assert.equal(run.exitCode, 1, run.log);
    assert.match(
      run.sentence,
      /CALICO 2\.6 MAY STILL BE PAUSED: .* Run etcd-v2-to-v3 abort as soon as etcd answers$/,
    );
    await lane.expireLock();
    const aborted = await lane.run(['abort']);
    assert.equal(aborted.exitCode, 0, aborted.log);
    await assertV1(lane, 'true', aborted.log);
    assert.deepEqual({ ...(await lane.v3.dump()) }, {});
  });
});
