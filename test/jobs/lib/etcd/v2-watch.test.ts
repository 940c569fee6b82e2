import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEtcdV2, type EtcdV2, type V2Event } from '../../../../jobs/lib/etcd/v2.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../../faults/tcp-proxy.ts';
import { v2Put, v2PutAll } from './v2-seed.ts';

const requestTimeoutMs = 2_000;
const MOST_MS = 10_000;

const numbered = (root: string, count: number) =>
  Array.from({ length: count }, (_, i) => [`${root}/k${i}`, `${i}`] as const);
const keysOf = (events: readonly V2Event[]): string[] => events.map(event => event.key);

describe('watching etcd v2', () => {
  let etcd: Etcd;
  let client: EtcdV2;
  let proxy: TcpFaultProxy;
  let proxied: EtcdV2;

  before(async () => {
    etcd = await startEtcd();
    client = connectEtcdV2({ endpoints: [etcd.endpoint], requestTimeoutMs });
    const { hostname, port } = new URL(etcd.endpoint);
    proxy = await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) });
    proxied = connectEtcdV2({ endpoints: [`http://${proxy.host}:${proxy.port}`], requestTimeoutMs });
    await v2Put(etcd.endpoint, '/w/mark', { value: 'true' });
  });
  after(async () => {
    client[Symbol.dispose]();
    proxied[Symbol.dispose]();
    await proxy.stop();
    await etcd.stop();
  });

  const mark = async (): Promise<number> => {
    const written = await client.compareAndSwap('/w/mark', 'true', 'true');
    assert.ok('index' in written);
    return written.index;
  };

  it('shows every kind of change as set or delete', async () => {
    const from = await client.index('/w/mark');
    using log = client.eventLog('/w', from);
    await client.create('/w/a', '1');
    await v2Put(etcd.endpoint, '/w/a', { value: '2', prevExist: 'true' });
    await client.compareAndSwap('/w/a', '2', '3');
    await v2Put(etcd.endpoint, '/w/a', { value: '4' });
    await client.deleteIfUnchanged('/w/a', from + 4);
    await v2Put(etcd.endpoint, '/w/d', { dir: 'true' });
    await v2Put(etcd.endpoint, '/w/d/x/y', { value: '5' });
    await v2Put(etcd.endpoint, '/w/d', { recursive: 'true' }, 'DELETE');
    await v2Put(etcd.endpoint, '/w/t', { value: '6', ttl: '1' });
    await sleep(1_600);
    const events = await log.until(await mark(), MOST_MS);
    const set = (key: string, value: string) => ({ action: 'set', key, directory: false, value });
    assert.deepEqual(
      events.map(({ modifiedIndex: _, ...event }) => event),
      [
        ...['1', '2', '3', '4'].map(value => set('/w/a', value)),
        { action: 'delete', key: '/w/a', directory: false },
        { action: 'set', key: '/w/d', directory: true },
        set('/w/d/x/y', '5'),
        { action: 'delete', key: '/w/d', directory: true },
        set('/w/t', '6'),
        { action: 'delete', key: '/w/t', directory: false },
        set('/w/mark', 'true'),
      ],
    );
    assert.deepEqual(
      events.map(event => event.modifiedIndex - from),
      events.map((_, i) => i + 1),
    );
  });

  it('gives each event once, up to the index asked for, within some milliseconds', async () => {
    using log = client.eventLog('/w', await client.index('/w/mark'));
    await v2PutAll(etcd.endpoint, numbered('/w/once', 50));
    await v2PutAll(etcd.endpoint, numbered('/elsewhere', 50));
    const first = await mark();
    await v2Put(etcd.endpoint, '/w/later', { value: '' });
    const second = await mark();
    const begin = performance.now();
    const events = await log.until(second - 2, MOST_MS);
    assert.ok(performance.now() - begin < 500);
    assert.equal(events.length, 51);
    assert.equal(events.at(-1)?.modifiedIndex, first);
    assert.deepEqual(await log.until(first, MOST_MS), []);
    assert.deepEqual(keysOf(await log.until(second, MOST_MS)), ['/w/later', '/w/mark']);
  });

  it('begins with old events, of which a stream would show one', async () => {
    const from = await client.index('/w/mark');
    await v2PutAll(etcd.endpoint, numbered('/w/old', 300));
    using log = client.eventLog('/w', from);
    const events = await log.until(await mark(), MOST_MS);
    assert.deepEqual(
      events.map(event => event.modifiedIndex),
      Array.from({ length: 301 }, (_, i) => from + 1 + i),
    );
  });

  it('loses nothing when etcd ends it for being too slow', async () => {
    const from = await client.index('/w/mark');
    using log = proxied.eventLog('/w', from);
    await log.until(await mark(), MOST_MS);
    proxy.stall();
    // More than etcd keeps for a watcher (100), less than its history (1,000), and too much for the buffers of sockets.
    const large = 'x'.repeat(60_000);
    for (let i = 0; i < 300; i += 1) await v2Put(etcd.endpoint, `/w/slow/${i}`, { value: large });
    const last = await mark();
    await proxy.restore();
    const events = await log.until(last, 30_000);
    assert.deepEqual(
      events.map(event => event.modifiedIndex),
      Array.from({ length: 301 }, (_, i) => last - 300 + i),
    );
  });

  it('goes on where it was when connections are cut', async () => {
    using log = proxied.eventLog('/w', await client.index('/w/mark'));
    const from = await mark();
    for (let round = 0; round < 4; round += 1) {
      await v2PutAll(etcd.endpoint, numbered(`/w/cut${round}`, 20));
      proxy.cut();
    }
    const events = await log.until(await mark(), MOST_MS);
    assert.deepEqual(
      events.map(event => event.modifiedIndex),
      Array.from({ length: 82 }, (_, i) => from + i),
    );
  });

  it('notices a connection that is open and dead', async () => {
    using log = proxied.eventLog('/w', await client.index('/w/mark'));
    await log.until(await mark(), MOST_MS);
    proxy.stall();
    const last = await mark();
    const waiting = log.until(last, MOST_MS);
    await sleep(1_500);
    await proxy.restore();
    assert.deepEqual(
      (await waiting).map(event => event.modifiedIndex),
      [last],
    );
  });

  it('keeps a healthy watch through silence, even where its history is gone', async () => {
    const from = await client.index('/w/mark');
    const stop = new AbortController();
    const events = client
      .watch('/w', from, { signal: stop.signal, silenceMs: () => 300 })
      [Symbol.asyncIterator]();
    const first = events.next();
    await sleep(700);
    await v2PutAll(etcd.endpoint, numbered('/elsewhere', 1_100));
    await sleep(700);
    const index = await mark();
    const { value } = await first;
    assert.equal(value?.modifiedIndex, index);
    stop.abort();
    await assert.rejects(async () => events.next(), { name: 'AbortError' });
  });

  it('says that events were lost', async () => {
    const from = await client.index('/w/mark');
    await v2PutAll(etcd.endpoint, numbered('/elsewhere', 1_100));
    using log = client.eventLog('/w', from);
    await assert.rejects(log.until(from + 2_000, MOST_MS), {
      reason: 'compacted',
      message: /watch of \/w failed: .*outdated and cleared.*read the keys anew/,
    });
    await assert.rejects(log.until(from + 2_000, MOST_MS), { reason: 'compacted' });
  });

  it('gives up on an index that no event has', async () => {
    const from = await client.index('/w/mark');
    using log = client.eventLog('/w', from);
    await assert.rejects(log.until(from + 1, 300), {
      reason: 'timeout',
      message: /no event \d+ after 300 ms/,
    });
  });
});
