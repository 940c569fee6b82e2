import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Etcd3 } from 'etcd3';
import type { FaultFilter } from '../../faults/fault.ts';
import { WRITES } from './fault-kill.ts';
import { type FaultLane, type Side, startFaultLane } from './fault-lane.ts';
import { assertUntouched, assertV1 } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

// F6.
describe('etcd is killed, and started again with its data', () => {
  const suite = useFaultLane();

  const STAGES: readonly (readonly [
    stage: string,
    side: Side,
    match: FaultFilter,
    at: number,
    when: 'before' | 'after',
  ])[] = [
    ['before it has answered anything', 'v2', {}, 1, 'before'],
    ['while the v1 data is read', 'v2', { path: /\/bgp\/v1\/global/ }, 1, 'before'],
    ['when the lock is taken', 'v3', WRITES.v3, 2, 'after'],
    ['while the data is copied', 'v3', WRITES.v3, 5, 'before'],
    ['before Calico is paused', 'v2', WRITES.v2, 2, 'before'],
    ['when Calico is paused', 'v2', WRITES.v2, 2, 'after'],
    ['while all is verified', 'v3', { path: /Watch/ }, 1, 'before'],
    ['before the end is recorded', 'v3', WRITES.v3, 9, 'before'],
  ];

  for (const [stage, side, match, at, when] of STAGES) {
    test(`${stage}: the run waits for it and ends as if nothing had been`, { timeout: 600_000 }, async () => {
      const { lane } = suite;
      await lane.clean();
      const restarted = Promise.withResolvers<void>();
      const call = async () => {
        await lane.etcd.kill();
        restarted.resolve(lane.etcd.start());
      };
      const run = await lane.run(['start'], { [side]: [{ match, at, action: { do: 'call', when, call } }] });
      await restarted.promise;
      assert.equal(run.exitCode, 0, run.log);
      await suite.isMigrated(run.log);
    });
  }
});

const MEGABYTE = 1024 * 1024;

/** Fills etcd until it takes no more: it raises its alarm, and refuses every write of the v3 API. */
async function fill(endpoint: string): Promise<void> {
  const client = new Etcd3({ hosts: endpoint });
  try {
    await assert.rejects(async () => {
      for (let i = 0; i < 100; i += 1) await client.put(`/filler/${i}`).value('x'.repeat(MEGABYTE));
    }, /database space exceeded/);
  } finally {
    client.close();
  }
}

/** What the message says to do. */
async function makeRoom(endpoint: string): Promise<void> {
  const client = new Etcd3({ hosts: endpoint });
  try {
    await client.delete().prefix('/filler/');
    const { header } = await client.kv.range({ key: Buffer.from('x') });
    await client.kv.compact({ revision: header.revision, physical: true });
    await client.maintenance.defragment();
    const { alarms } = await client.maintenance.alarm({ action: 'Get' });
    for (const { memberID, alarm } of alarms) {
      await client.maintenance.alarm({ action: 'Deactivate', memberID, alarm });
    }
  } finally {
    client.close();
  }
}

describe('an etcd v3 without space', { timeout: 600_000 }, () => {
  const withLittleSpace = (): Promise<FaultLane> =>
    startFaultLane({ flags: [`--quota-backend-bytes=${16 * MEGABYTE}`] });

  test('from the beginning: is refused with what to do, and nothing is written', async () => {
    await using lane = await withLittleSpace();
    await fill(lane.etcd.endpoint);
    const run = await lane.run(['start']);
    assert.equal(run.exitCode, 3, run.log);
    assert.match(run.sentence, /database space exceeded \(etcd is full: compact and defragment/);
    await assertV1(lane, 'true', run.log);
    await makeRoom(lane.etcd.endpoint);
    const again = await lane.run(['start']);
    assert.equal(again.exitCode, 0, again.log);
  });

  test('once Calico is paused: is refused with what to do, Calico 2.6 works again', async () => {
    await using lane = await withLittleSpace();
    const call = () => fill(lane.etcd.endpoint);
    const match = WRITES.v2;
    const run = await lane.run(['start'], {
      v2: [{ match, at: 2, action: { do: 'call', when: 'after', call } }],
    });
    assert.equal(run.exitCode, 3, run.log);
    assert.match(run.sentence, /database space exceeded \(etcd is full: .*Calico 2\.6 works again/);
    await assertV1(lane, 'true', run.log);
    await makeRoom(lane.etcd.endpoint);
    const again = await lane.run(['start']);
    assert.equal(again.exitCode, 0, again.log);
    const aborted = await lane.run(['abort']);
    assert.equal(aborted.exitCode, 0, aborted.log);
    await assertUntouched(lane, aborted.log);
  });
});
