import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectEtcdV2, type EtcdV2, type V2Node } from '../../../../jobs/lib/etcd/v2.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../../faults/tcp-proxy.ts';
import { collect } from './collect.ts';
import { v2Put, v2PutAll } from './v2-seed.ts';

const requestTimeoutMs = 2_000;

const readAll = async (client: EtcdV2, root: string): Promise<V2Node[]> =>
  (await collect(client.readTree(root))).flat();
const keysOf = (nodes: readonly V2Node[]): string[] => nodes.map(node => node.key);

interface RawNode {
  readonly key: string;
  readonly nodes?: readonly RawNode[];
  readonly dir?: boolean;
}

/** What etcd itself lists in one sorted recursive answer. */
async function listedByEtcd(etcd: Etcd, root: string): Promise<string[]> {
  const response = await fetch(`${etcd.endpoint}/v2/keys${root}?recursive=true&sorted=true&quorum=true`);
  const { node }: { node: RawNode } = JSON.parse(await response.text());
  const flat = ({ key, dir, nodes = [] }: RawNode): string[] =>
    dir ? (nodes.length > 0 ? nodes.flatMap(flat) : [`${key}/`]) : [key];
  return flat(node);
}

describe('etcd v2', () => {
  let etcd: Etcd;
  let client: EtcdV2;

  before(async () => {
    etcd = await startEtcd();
    client = connectEtcdV2({ endpoints: [etcd.endpoint], requestTimeoutMs });
  });
  after(() => {
    client[Symbol.dispose]();
    return etcd.stop();
  });

  describe('a tree', () => {
    before(async () => {
      const wide = (host: number) => `/tree/host/node-${host}`;
      await v2PutAll(etcd.endpoint, [
        ...Array.from({ length: 40 }, (_, i) => [`${wide(i)}/metadata`, `${i}`] as const),
        ...Array.from(
          { length: 300 },
          (_, i) => [`/tree/host/node-7/workload/w${i}/x`, 'y'.repeat(400)] as const,
        ),
        ...Array.from({ length: 20 }, (_, i) => [`/tree/handle/h${i}/${i}`, ''] as const),
        ...['/tree/b', '/tree/a/deep/er/key', '/tree/ab', '/treetop', '/tree/z'].map(
          key => [key, 'v'] as const,
        ),
      ]);
      await v2Put(etcd.endpoint, '/tree/host/node-9/empty', { dir: 'true' });
      await v2Put(etcd.endpoint, '/tree/none', { dir: 'true' });
      await v2Put(etcd.endpoint, '/tree/only/none', { dir: 'true' });
    });

    it('has the keys and empty directories that etcd lists, in the same order', async () => {
      const listed = await listedByEtcd(etcd, '/tree');
      assert.equal(listed.length, 40 + 300 + 20 + 4 + 3);
      assert.deepEqual(keysOf(await readAll(client, '/tree')), listed);
    });

    it('has values and indexes', async () => {
      const index = await v2Put(etcd.endpoint, '/values/a ключ %2f/ä b?&=+#', { value: 'a "b"\n&=+ü€' });
      await v2Put(etcd.endpoint, '/values/zero', { value: '' });
      const [first, second, ...others] = await readAll(client, '/values');
      assert.deepEqual(first, {
        key: '/values/a ключ %2f/ä b?&=+#',
        value: 'a "b"\n&=+ü€',
        modifiedIndex: index,
      });
      assert.deepEqual(second, { key: '/values/zero', value: '', modifiedIndex: index + 1 });
      assert.deepEqual(others, []);
    });

    it('is nothing where there is no root, and an empty directory where it is one', async () => {
      assert.deepEqual(await readAll(client, '/absent/root'), []);
      assert.deepEqual(keysOf(await readAll(client, '/tree/none')), ['/tree/none/']);
    });

    it('can be left early', async () => {
      for await (const nodes of client.readTree('/tree')) {
        assert.ok(nodes.length > 0);
        break;
      }
      assert.equal((await client.get('/treetop'))?.value, 'v');
    });
  });

  describe('a key', () => {
    it('is read with its index; none and a directory are told apart', async () => {
      const index = await v2Put(etcd.endpoint, '/one/key', { value: 'x' });
      assert.deepEqual(await client.get('/one/key'), { value: 'x', modifiedIndex: index });
      assert.equal(await client.get('/one/other'), undefined);
      await assert.rejects(client.get('/one'), { reason: 'failed', message: /\/one is a directory/ });
      assert.equal(await client.index('/one/key'), index);
      assert.equal(await client.index('/one/other'), index);
    });

    it('is swapped only while it has the expected value', async () => {
      assert.deepEqual(await client.compareAndSwap('/swap', 'a', 'b'), { found: undefined });
      await v2Put(etcd.endpoint, '/swap', { value: '' });
      const written = await client.compareAndSwap('/swap', '', 'b');
      assert.ok('index' in written);
      assert.deepEqual(await client.get('/swap'), { value: 'b', modifiedIndex: written.index });
      assert.deepEqual(await client.compareAndSwap('/swap', 'a', 'c'), { found: 'b' });
      assert.deepEqual(await client.compareAndSwap('/swap', 'b', 'b'), { index: written.index + 1 });
    });

    it('is created once', async () => {
      assert.ok('index' in (await client.create('/new/key', 'mine')));
      assert.deepEqual(await client.create('/new/key', 'other'), { found: 'mine' });
    });

    it('is deleted while it is as it was seen', async () => {
      const index = await v2Put(etcd.endpoint, '/old', { value: '1' });
      await v2Put(etcd.endpoint, '/old', { value: '1' });
      assert.equal(await client.deleteIfUnchanged('/old', index), 'changed');
      assert.equal(await client.deleteIfUnchanged('/old', index + 1), 'deleted');
      assert.equal(await client.deleteIfUnchanged('/old', index + 1), 'gone');
      await v2Put(etcd.endpoint, '/old', { dir: 'true' });
      assert.equal(await client.deleteIfUnchanged('/old', index + 1), 'changed');
    });

    it('is never taken for a directory', async () => {
      await v2Put(etcd.endpoint, '/dir/sub/key', { value: '' });
      assert.equal(await client.deleteEmptyDirectory('/dir/sub'), 'not empty');
      await assert.rejects(client.deleteEmptyDirectory('/dir/sub/key'), /has a value, expected a directory/);
      await v2Put(etcd.endpoint, '/dir/sub/key', {}, 'DELETE');
      await v2Put(etcd.endpoint, '/dir/sub/_hidden', { value: 'x' });
      assert.equal(await client.deleteEmptyDirectory('/dir/sub'), 'not empty');
      await v2Put(etcd.endpoint, '/dir/sub/_hidden', {}, 'DELETE');
      assert.equal(await client.deleteEmptyDirectory('/dir/sub'), 'deleted');
      assert.equal(await client.deleteEmptyDirectory('/dir/sub'), 'gone');
    });
  });

  describe('a write whose answer is lost', () => {
    let proxy: TcpFaultProxy;
    let cut: EtcdV2;
    before(async () => {
      const { hostname, port } = new URL(etcd.endpoint);
      proxy = await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) });
      const endpoints = [`http://${proxy.host}:${proxy.port}`];
      cut = connectEtcdV2({ endpoints, requestTimeoutMs });
    });
    after(() => {
      cut[Symbol.dispose]();
      return proxy.stop();
    });

    /** Cuts the connection at the first byte of the answer after that of a read of the key. */
    const loseAnswerAfterRead = async (key: string) => {
      const begin = proxy.receivedBytes();
      await cut.get(key);
      proxy.afterBytes(proxy.receivedBytes() - begin + 1, proxy.cut);
    };

    it('is a swap that took effect once', async () => {
      const index = await v2Put(etcd.endpoint, '/lost/swap', { value: 'true' });
      await loseAnswerAfterRead('/lost/swap');
      assert.deepEqual(await cut.compareAndSwap('/lost/swap', 'true', 'false'), { index: index + 1 });
      assert.deepEqual(await client.get('/lost/swap'), { value: 'false', modifiedIndex: index + 1 });
    });

    it('is a mark that took effect once', async () => {
      const index = await v2Put(etcd.endpoint, '/lost/mark', { value: 'false' });
      await loseAnswerAfterRead('/lost/mark');
      assert.deepEqual(await cut.compareAndSwap('/lost/mark', 'false', 'false'), { index: index + 1 });
    });

    it('is a key that was created, or one that somebody else created', async () => {
      await cut.get('/lost/mark');
      proxy.afterBytes(1, proxy.cut);
      assert.ok('index' in (await cut.create('/lost/new', 'mine')));
      await cut.get('/lost/mark');
      proxy.afterBytes(1, proxy.cut);
      assert.deepEqual(await cut.create('/lost/new', 'other'), { found: 'mine' });
    });

    it('is a key that was deleted', async () => {
      const index = await v2Put(etcd.endpoint, '/lost/old', { value: '1' });
      await cut.get('/lost/old');
      proxy.afterBytes(1, proxy.cut);
      assert.equal(await cut.deleteIfUnchanged('/lost/old', index), 'deleted');
      assert.equal(await client.get('/lost/old'), undefined);
    });
  });
});
