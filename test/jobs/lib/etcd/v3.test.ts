import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EtcdError } from '../../../../jobs/lib/etcd/errors.ts';
import { connectEtcdV3, type EtcdEntry } from '../../../../jobs/lib/etcd/v3.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { collect } from './collect.ts';
import { startProxy } from './proxy.ts';
import { etcdWriter, putAll, storeRevision } from './seed.ts';

const requestTimeoutMs = 2_000;
const DOWN = 'http://127.0.0.1:1';

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i): [string, Buffer] => {
    const name = String(i).padStart(5, '0');
    return [`/many/${name}`, Buffer.from(`value ${name}`)];
  });

/** The error of an action that must fail, and how long it took. */
async function failureOf(action: () => Promise<unknown>): Promise<EtcdError & { tookMs: number }> {
  const begin = performance.now();
  const error = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EtcdError, String(error));
  return Object.assign(error, { tookMs: performance.now() - begin });
}

describe('reading etcd v3', () => {
  let etcd: Etcd;
  const connect = (...endpoints: string[]) =>
    connectEtcdV3({ endpoints: endpoints.length > 0 ? endpoints : [etcd.endpoint], requestTimeoutMs });

  before(async () => {
    etcd = await startEtcd();
    const writer = etcdWriter(etcd.endpoint);
    await putAll(writer, [...numbered(3000), ['/many', Buffer.of(1)], ['/many0', Buffer.of(2)]]);
    await putAll(writer, [['/binary/x', Buffer.from([0, 255, 107, 56, 115, 0])]]);
    writer.close();
  });
  after(() => etcd.stop());

  it('returns every key of a prefix once, in order, over several pages', async () => {
    using client = connect();
    const entries = await collect(client.readPrefix('/many/', { pageSize: 170 }));
    assert.deepEqual(
      entries.map(({ key, value }) => [key, value.toString()]),
      numbered(3000).map(([key, value]) => [key, value.toString()]),
    );
    assert.match(entries[0]?.modRevision ?? '', /^\d+$/);
  });

  it('returns bytes as they are, and nothing for a prefix without keys', async () => {
    using client = connect();
    const [entry] = await collect(client.readPrefix('/binary/'));
    assert.deepEqual(entry?.value, Buffer.from([0, 255, 107, 56, 115, 0]));
    assert.deepEqual(await collect(client.readPrefix('/nothing/')), []);
  });

  it('shows one revision although keys change during the read', async () => {
    using client = connect();
    const writer = etcdWriter(etcd.endpoint);
    await putAll(writer, [['/moving/a', Buffer.from('1')]]);
    await putAll(writer, [['/moving/c', Buffer.from('1')]]);
    const seen: EtcdEntry[] = [];
    for await (const entry of client.readPrefix('/moving/', { pageSize: 1 })) {
      seen.push(entry);
      await putAll(writer, [['/moving/b', Buffer.from('2')]]);
      await putAll(writer, [['/moving/c', Buffer.from('2')]]);
    }
    writer.close();
    assert.deepEqual(
      seen.map(({ key, value }) => `${key}=${value}`),
      ['/moving/a=1', '/moving/c=1'],
    );
  });

  it('says so when the revision was compacted', async () => {
    using client = connect();
    const writer = etcdWriter(etcd.endpoint);
    const revision = await client.revision('/many/');
    await putAll(writer, [['/moving/a', Buffer.from('3')]]);
    await writer.kv.compact({ revision: await storeRevision(writer) });
    writer.close();
    const error = await failureOf(() => collect(client.readPrefix('/many/', { revision })));
    assert.equal(error.reason, 'compacted');
    assert.match(error.message, /run again/);
  });

  it('makes pages smaller that are too large for one message', async () => {
    const writer = etcdWriter(etcd.endpoint);
    const value = Buffer.alloc(1_000_000, 'x');
    for (let i = 0; i < 20; i += 1) await putAll(writer, [[`/large/${i}`, value]]);
    writer.close();
    using client = connect();
    const entries = await collect(client.readPrefix('/large/'));
    assert.equal(new Set(entries.map(entry => entry.key)).size, 20);
    assert.ok(entries.every(entry => entry.value.equals(value)));
  });

  it('goes on at the next endpoint, and stays there', async () => {
    using client = connect(DOWN, etcd.endpoint);
    assert.match(await client.revision('/many/'), /^\d+$/);
    const entries = await collect(client.readPrefix('/many/', { pageSize: 1000 }));
    assert.equal(entries.length, 3000);
  });

  it('goes on at the next endpoint when one accepts and never answers', async () => {
    await using silent = await startProxy(etcd.endpoint);
    silent.freeze();
    using client = connect(silent.endpoint, etcd.endpoint);
    const begin = performance.now();
    assert.match(await client.revision('/many/'), /^\d+$/);
    assert.ok(performance.now() - begin < 2 * requestTimeoutMs);
    assert.equal(silent.connections, 1);
  });

  it('connects anew when the connection breaks in the middle of a read', async () => {
    await using proxy = await startProxy(etcd.endpoint);
    using client = connect(proxy.endpoint);
    const keys: string[] = [];
    for await (const { key } of client.readPrefix('/many/', { pageSize: 1000 })) {
      keys.push(key);
      if (keys.length % 1000 === 1) proxy.cut();
    }
    assert.equal(new Set(keys).size, 3000);
    assert.ok(proxy.connections >= 3);
  });

  it('names every endpoint when none answers, after a bounded time', async () => {
    using client = connect(DOWN, 'http://127.0.0.1:2');
    const error = await failureOf(() => client.revision('/many/'));
    assert.equal(error.reason, 'unreachable');
    assert.match(error.message, /127\.0\.0\.1:1: .*ECONNREFUSED.*127\.0\.0\.1:2: .*check the endpoint/);
    assert.ok(error.tookMs < 5_000, `${error.tookMs} ms`);
  });

  it('ends with the signal', async () => {
    await using silent = await startProxy(etcd.endpoint);
    silent.freeze();
    using client = connect(silent.endpoint);
    const signal = AbortSignal.timeout(100);
    const begin = performance.now();
    await assert.rejects(client.revision('/many/', signal), { name: 'TimeoutError' });
    assert.ok(performance.now() - begin < 1_000);
  });

  it('writes nothing', async () => {
    const writer = etcdWriter(etcd.endpoint);
    const revision = await storeRevision(writer);
    using client = connect();
    await collect(client.readPrefix('/', { pageSize: 400 }));
    assert.equal(await client.revision('/'), revision);
    assert.equal(await storeRevision(writer), revision);
    writer.close();
  });
});
