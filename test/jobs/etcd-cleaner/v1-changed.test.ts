import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ENDPOINT_KEY, FOREIGN_KEYS, POLICY_KEY } from './data.ts';
import { backupOf, useCleanerLane } from './store.ts';
import { startWriteProxy } from './write-proxy.ts';

const lane = useCleanerLane();
const NEW_KEY = '/calico/ipam/v2/handle/k8s-pod-network.late';

describe('a key of v1 that changes between backup and deletion', () => {
  it('is not lost: it stays, is named, and is saved by the next run', async () => {
    await lane.complete();
    const before = await lane.v1.dump();
    await using proxy = await startWriteProxy(lane.etcd.endpoint, {
      before: async ({ n }) => {
        if (n > 1) return;
        await lane.v1.put(ENDPOINT_KEY, '{"name":"changed"}');
        await lane.v1.put(NEW_KEY, '{"block":{}}');
      },
    });
    const first = await lane.run(lane.cleanV1, proxy.endpoint);
    assert.equal(first.exitCode, 3, first.stdout);
    assert.ok(first.stdout.includes(`${ENDPOINT_KEY}: changed after the backup, left`), first.stdout);
    const left = await lane.v1.dump();
    assert.equal(left[ENDPOINT_KEY], '{"name":"changed"}');
    assert.equal(left[NEW_KEY], '{"block":{}}');

    const refused = await lane.run(lane.cleanV1);
    assert.equal(refused.exitCode, 3, refused.stdout);
    assert.match(refused.stdout, /WorkloadEndpoint\(.*cannot be converted|WorkloadEndpoint\(.*differs/);
    assert.match(refused.stdout, /IPAMHandle\(id=k8s-pod-network\.late\): not in etcd v3/);

    const second = await lane.succeed([...lane.cleanV1, '--ignore-v1-changes']);
    assert.equal((await lane.v1.dump())[NEW_KEY], undefined);
    const [, older = '', newer = ''] =
      /restore --backup (\S+), then restore --backup (\S+)$/.exec(second.sentence) ?? [];
    await lane.succeed(['restore', '--backup', older]);
    await lane.succeed(['restore', '--backup', newer, '--on-conflict', 'overwrite']);
    const expected = { ...before, [ENDPOINT_KEY]: '{"name":"changed"}', [NEW_KEY]: '{"block":{}}' };
    assert.deepEqual(await lane.v1.dump(), expected);
  });

  it('is not lost where it is made while directories are deleted', async () => {
    await lane.complete();
    const late = '/calico/bgp/v1/host/n2/ip_addr_v4';
    await using proxy = await startWriteProxy(lane.etcd.endpoint, {
      before: async ({ key }) => {
        if (key === '/calico/bgp/v1') await lane.v1.put(late, '192.0.2.12');
      },
    });
    const { exitCode, stdout } = await lane.run(lane.cleanV1, proxy.endpoint);
    assert.equal(exitCode, 3, stdout);
    assert.ok(stdout.includes(`${late}: created after the backup, left`), stdout);
    assert.deepEqual(await lane.v1.dump(), {
      ...FOREIGN_KEYS,
      '/calico/v1/Ready': 'false',
      [late]: '192.0.2.12',
    });
  });
});

describe('etcd-cleaner v1 that is killed', () => {
  for (const [what, when] of [
    ['before its first deletion', { n: 1, at: 'before' }],
    ['after its first deletion', { n: 1, at: 'after' }],
    ['in the middle', { n: 20, at: 'before' }],
    ['when the keys are gone, and some directories', { n: 45, at: 'after' }],
  ] as const) {
    it(`${what} is finished by the next run`, async () => {
      await lane.complete();
      const before = await lane.v1.dump();
      let kill = (): void => assert.fail('not started');
      const hook = ({ n }: { readonly n: number }) => {
        if (n === when.n) kill();
      };
      await using proxy = await startWriteProxy(lane.etcd.endpoint, { [when.at]: hook });
      const { child, result } = lane.start(lane.cleanV1, proxy.endpoint);
      kill = () => void child.kill('SIGKILL');
      assert.equal((await result).exitCode, null);
      assert.ok(proxy.writes.length >= when.n);

      const finished = await lane.succeed(lane.cleanV1);
      assert.deepEqual(await lane.v1.dump(), { ...FOREIGN_KEYS, '/calico/v1/Ready': 'false' });
      const backup = backupOf(finished);
      assert.doesNotMatch(finished.sentence, /, then restore/, 'the first backup has everything');
      await lane.succeed(['restore', '--backup', backup]);
      assert.deepEqual(await lane.v1.dump(), before);
      assert.ok(POLICY_KEY in before);
    });
  }
});
