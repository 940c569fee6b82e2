import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EtcdError } from '../../../../jobs/lib/etcd/errors.ts';
import type { EtcdOptions } from '../../../../jobs/lib/etcd/options.ts';
import { connectEtcdV2 } from '../../../../jobs/lib/etcd/v2.ts';
import { createAuthority } from '../../../cluster/certs.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { collect } from './collect.ts';
import { startProxy } from './proxy.ts';
import { v2Put, v2PutAll } from './v2-seed.ts';

const requestTimeoutMs = 2_000;
const DOWN = 'http://127.0.0.1:1';

async function refusalOf(options: Omit<EtcdOptions, 'requestTimeoutMs'>): Promise<EtcdError> {
  using client = connectEtcdV2({ ...options, requestTimeoutMs });
  const error = await client.index('/calico').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EtcdError, String(error));
  return error;
}

describe('etcd v2 with TLS', () => {
  let etcd: Etcd;
  before(async () => {
    etcd = await startEtcd({ tls: true });
  });
  after(() => etcd.stop());

  it('accepts a client certificate', async () => {
    using client = connectEtcdV2({ endpoints: [etcd.endpoint], ...etcd.tls, requestTimeoutMs });
    assert.ok((await client.index('/calico')) > 0);
  });

  it('names a CA that did not sign the server, and a missing client certificate', async () => {
    assert.ok(etcd.tls);
    const other = await createAuthority(etcd.directory, 'other');
    const wrong = await refusalOf({ endpoints: [etcd.endpoint], ...etcd.tls, ca: other.cert });
    assert.equal(wrong.reason, 'tls');
    assert.match(wrong.message, /given CA did not sign/);
    const missing = await refusalOf({ endpoints: [etcd.endpoint], ca: etcd.tls.ca });
    assert.equal(missing.reason, 'tls');
    assert.match(missing.message, /refuses the client certificate/);
  });

  it('suggests https for an endpoint with TLS', async () => {
    const error = await refusalOf({ endpoints: [etcd.endpoint.replace('https:', 'http:')] });
    assert.equal(error.reason, 'unreachable');
    assert.match(error.message, /https:\/\/ where it uses TLS/);
  });
});

describe('etcd v2 with users', () => {
  const password = 'correct horse battery';
  let etcd: Etcd;

  before(async () => {
    etcd = await startEtcd();
    await v2Put(etcd.endpoint, '/calico/v1/Ready', { value: 'true' });
    const authorization = `Basic ${Buffer.from(`root:${password}`).toString('base64')}`;
    const put = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json', authorization };
      const request = { method: 'PUT', headers, body: JSON.stringify(body) };
      const response = await fetch(`${etcd.endpoint}/v2/auth/${path}`, request);
      assert.ok(response.ok, await response.text());
    };
    await put('users/root', { user: 'root', password });
    const kv = { read: ['/calico', '/calico/*'], write: ['/calico/v1/Ready'] };
    await put('roles/migrator', { role: 'migrator', permissions: { kv } });
    await put('users/migrator', { user: 'migrator', password, roles: ['migrator'] });
    await put('enable', {});
    await put('roles/guest', { role: 'guest', revoke: { kv: { read: ['/*'], write: ['/*'] } } });
  });
  after(() => etcd.stop());

  it('lets a user do what the role allows, and nothing else', async () => {
    using client = connectEtcdV2({
      endpoints: [etcd.endpoint],
      user: 'migrator',
      password,
      requestTimeoutMs,
    });
    const [nodes] = await collect(client.readTree('/calico'));
    assert.deepEqual(
      nodes?.map(node => node.key),
      ['/calico/v1/Ready'],
    );
    assert.ok('index' in (await client.compareAndSwap('/calico/v1/Ready', 'true', 'false')));
    const denied = { reason: 'denied', message: /Insufficient credentials \(check user/ };
    await assert.rejects(client.get('/other'), denied);
    await assert.rejects(client.create('/calico/v1/x', ''), denied);
  });

  it('does not repeat or show a wrong password', async () => {
    const wrong = 'hunter2hunter2';
    const begin = performance.now();
    const error = await refusalOf({ endpoints: [etcd.endpoint], user: 'migrator', password: wrong });
    assert.equal(error.reason, 'denied');
    assert.ok(performance.now() - begin < 2_000, 'tried again');
    const shown = `${error.stack}${String(error.cause)}`;
    assert.ok(!shown.includes(wrong) && !shown.includes(Buffer.from(`migrator:${wrong}`).toString('base64')));
  });
});

describe('etcd v2 with faults', () => {
  let etcd: Etcd;
  before(async () => {
    etcd = await startEtcd();
    const names = Array.from({ length: 3_000 }, (_, i) => `${i % 60}/${i}`);
    await v2PutAll(
      etcd.endpoint,
      names.map(name => [`/many/${name}`, 'x'.repeat(200)]),
    );
  });
  after(() => etcd.stop());

  it('goes on at the next endpoint, also when one accepts and never answers', async () => {
    await using silent = await startProxy(etcd.endpoint);
    silent.freeze();
    using client = connectEtcdV2({
      endpoints: [DOWN, silent.endpoint, etcd.endpoint],
      requestTimeoutMs: 500,
    });
    assert.equal((await collect(client.readTree('/many'))).flat().length, 3_000);
  });

  it('connects anew when connections break in the middle of a read', async () => {
    await using proxy = await startProxy(etcd.endpoint);
    using client = connectEtcdV2({ endpoints: [proxy.endpoint], requestTimeoutMs, retryTotalMs: 20_000 });
    const keys = new Set<string>();
    let count = 0;
    for await (const nodes of client.readTree('/many')) {
      for (const { key } of nodes) keys.add(key);
      count += nodes.length;
      proxy.cut();
    }
    assert.deepEqual([keys.size, count], [3_000, 3_000]);
  });

  it('names every endpoint when none answers, and says before each pause what it waits for', async () => {
    const told: string[] = [];
    const onRetry = (error: Error) => told.push(error.message);
    const error = await refusalOf({ endpoints: [DOWN, 'http://127.0.0.1:2'], onRetry });
    assert.equal(error.reason, 'unreachable');
    assert.match(error.message, /127\.0\.0\.1:1: .*ECONNREFUSED.*127\.0\.0\.1:2: .*check the endpoint/);
    assert.deepEqual(told, Array(3).fill(error.message));
  });

  it('ends with the signal', async () => {
    await using silent = await startProxy(etcd.endpoint);
    silent.freeze();
    const options = { endpoints: [silent.endpoint], requestTimeoutMs, signal: AbortSignal.timeout(100) };
    using client = connectEtcdV2(options);
    const begin = performance.now();
    await assert.rejects(client.index('/many'), { name: 'TimeoutError' });
    assert.ok(performance.now() - begin < 1_000);
  });

  it('tells an etcd without the v2 API from one without the key', async () => {
    await using other = await startEtcd({ flags: ['--enable-v2=false'] });
    const error = await refusalOf({ endpoints: [other.endpoint] });
    assert.equal(error.reason, 'failed');
    assert.match(error.message, /HTTP status 404 \(no v2 API here: etcd 3\.4 serves it with --enable-v2\)/);
  });
});
