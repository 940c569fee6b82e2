import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLUSTER_INFORMATION_KEY, withReady } from '../../../jobs/lib/calico/v3/cluster-information.ts';
import { parseRecord, RECORD_KEY } from '../../../jobs/lib/etcd/migration-record.ts';
import { READY_KEY } from '../../../jobs/lib/run/migration-facts.ts';
import { ENDPOINT_KEY, POLICY_KEY } from './data.ts';
import { useCleanerLane } from './store.ts';

const lane = useCleanerLane();

const inPhase = async (phase: string): Promise<void> => {
  const record = parseRecord((await lane.v3.dump())[RECORD_KEY] ?? '');
  await lane.v3.put(RECORD_KEY, JSON.stringify({ ...record, phase }));
};

const dumps = async () => [await lane.v1.dump(), await lane.v3.dump()];

/** Runs the cleaner, which must refuse and change nothing. Returns what it says. */
async function refusal(args: readonly string[] = lane.cleanV1): Promise<string> {
  const before = await dumps();
  const { exitCode, stdout, sentence } = await lane.run(args);
  assert.equal(exitCode, 3, stdout);
  assert.deepEqual(await dumps(), before, stdout);
  return sentence + stdout;
}

const STATES: readonly (readonly [what: string, make: () => Promise<void>, says: RegExp])[] = [
  ['without a migration', () => lane.v3.remove(RECORD_KEY), /has no migration of this program/],
  ...['copying', 'pausing', 'finished', 'aborting'].map(
    phase => [`in phase ${phase}`, () => inPhase(phase), new RegExp(`in phase ${phase} since`)] as const,
  ),
  ['with Ready true', () => lane.v1.put(READY_KEY, 'true'), /Ready is "true", expected "false"/],
  ['without Ready', () => lane.v1.remove(READY_KEY), /Ready is not there/],
  [
    'with the v3 flag false',
    async () => {
      const text = (await lane.v3.dump())[CLUSTER_INFORMATION_KEY] ?? '';
      await lane.v3.put(CLUSTER_INFORMATION_KEY, withReady(text, false) ?? assert.fail(text));
    },
    /datastoreReady .* is not true/,
  ],
  ['without ClusterInformation', () => lane.v3.remove(CLUSTER_INFORMATION_KEY), /datastoreReady/],
  [
    'with a policy that changed',
    () => lane.v1.put(POLICY_KEY, '{"order":7,"selector":"all()"}'),
    /Policy\(name=allow\/web\): differs/,
  ],
  [
    'with a policy that is new',
    () => lane.v1.put(`${POLICY_KEY}2`, '{"selector":"all()"}'),
    /Policy\(name=allow\/web2\): not in etcd v3/,
  ],
  [
    'with a policy that became bad',
    () => lane.v1.put(POLICY_KEY, '{'),
    /Policy\(name=allow\/web\): cannot be converted/,
  ],
  [
    'with one key of several that changed',
    () => lane.v1.put('/calico/v1/policy/profile/infra/labels', '{"env":"test"}'),
    /Profile\(name=infra\): differs/,
  ],
];

describe('etcd-cleaner v1 refuses', () => {
  for (const [what, make, says] of STATES) {
    it(`a store ${what}`, async () => {
      await lane.complete();
      await make();
      assert.match(await refusal(), says);
    });
  }

  it('in words alone without --confirm', async () => {
    await lane.complete();
    await inPhase('finished');
    const before = await dumps();
    const { exitCode, sentence } = await lane.run(['etcd-cleaner', 'v1']);
    assert.equal(exitCode, 0);
    assert.match(sentence, /^nothing would be deleted: the migration is in phase finished/);
    assert.equal((await lane.run([...lane.cleanV1, '--dry-run'])).exitCode, 3);
    assert.deepEqual(await dumps(), before);
  });

  it('while somebody writes v1 keys', async () => {
    await lane.complete();
    const stop = new AbortController();
    const writer = (async () => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        await lane.v1.put('/calico/felix/v1/host/n1/last_reported_status', `{"uptime":${n}}`);
        await sleep(50);
      }
    })();
    const { exitCode, sentence } = await lane.run([...lane.cleanV1, '--watch-seconds', '2']);
    stop.abort();
    await writer;
    assert.equal(exitCode, 3, sentence);
    assert.match(sentence, /nothing was deleted: 1 key of v1 changed just now/);
    assert.ok(ENDPOINT_KEY in (await lane.v1.dump()));
  });
});

describe('etcd-cleaner v1 goes on', () => {
  it('where what changed after the migration is in v3, too, or is written by every node that starts', async () => {
    await lane.complete();
    const { [POLICY_KEY]: policy = '' } = await lane.v1.dump();
    await lane.v1.put(POLICY_KEY, policy);
    await lane.v1.put('/calico/bgp/v1/host/n1/ip_addr_v4', '192.0.2.11');
    await lane.v1.put('/calico/v1/config/CalicoVersion', 'v2.6.9');
    await lane.succeed(lane.cleanV1);
    assert.equal(await lane.v1.get(POLICY_KEY), undefined);
  });

  it('with --ignore-v1-changes, and has the change in the backup', async () => {
    await lane.complete();
    await lane.v1.put(POLICY_KEY, '{"order":7,"selector":"all()"}');
    const before = await lane.v1.dump();
    const { stdout, sentence } = await lane.succeed([...lane.cleanV1, '--ignore-v1-changes']);
    assert.match(stdout, /left behind: Policy\(name=allow\/web\): differs/);
    const backup = /restore --backup (\S+)/.exec(sentence)?.[1] ?? assert.fail(sentence);
    await lane.succeed(['restore', '--backup', backup]);
    assert.deepEqual(await lane.v1.dump(), before);
  });
});
