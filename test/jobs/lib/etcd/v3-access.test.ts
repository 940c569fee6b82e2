import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { EtcdError } from '../../../../jobs/lib/etcd/errors.ts';
import type { EtcdOptions } from '../../../../jobs/lib/etcd/options.ts';
import { connectEtcdV3 } from '../../../../jobs/lib/etcd/v3.ts';
import { createAuthority, type KeyPair } from '../../../cluster/certs.ts';
import { type Etcd, type EtcdTls, startEtcd } from '../../../cluster/etcd.ts';
import { collect } from './collect.ts';
import { enableAuth, etcdWriter, putAll } from './seed.ts';

const requestTimeoutMs = 5_000;

/** The error of a read with these options, which must not take the time of retries. */
async function refusalOf(options: Omit<EtcdOptions, 'requestTimeoutMs'>): Promise<EtcdError> {
  using client = connectEtcdV3({ ...options, requestTimeoutMs });
  const begin = performance.now();
  const error = await client.revision('/registry/').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EtcdError, String(error));
  assert.ok(performance.now() - begin < 2_000, 'tried again');
  return error;
}

describe('etcd v3 with TLS', () => {
  let etcd: Etcd;
  let tls: EtcdTls;
  let other: KeyPair;

  before(async () => {
    etcd = await startEtcd({ tls: true });
    assert.ok(etcd.tls);
    tls = etcd.tls;
    other = await createAuthority(etcd.directory, 'other');
  });
  after(() => etcd.stop());

  it('accepts a client certificate, as paths and as PEM', async () => {
    const pem = { ca: read(tls.ca), cert: read(tls.cert), key: read(tls.key) };
    for (const files of [tls, pem]) {
      using client = connectEtcdV3({ endpoints: [etcd.endpoint], ...files, requestTimeoutMs });
      assert.match(await client.revision('/'), /^\d+$/);
    }
  });

  it('names a CA that did not sign the server', async () => {
    const error = await refusalOf({ endpoints: [etcd.endpoint], ...tls, ca: other.cert });
    assert.equal(error.reason, 'tls');
    assert.ok(error.message.includes(etcd.endpoint));
    assert.match(error.message, /given CA did not sign: check the CA/);
  });

  it('names a missing and a foreign client certificate', async () => {
    const foreign = { ca: tls.ca, cert: other.cert, key: other.key };
    for (const files of [{ ca: tls.ca }, foreign]) {
      const error = await refusalOf({ endpoints: [etcd.endpoint], ...files });
      assert.equal(error.reason, 'tls');
      assert.match(error.message, /refuses the client certificate/);
      assert.ok(!error.message.includes('rec_layer'), error.message);
    }
  });

  it('refuses a key that does not belong to the certificate', () => {
    const options = { endpoints: [etcd.endpoint], requestTimeoutMs, ...tls, key: read(other.key) };
    assert.throws(() => connectEtcdV3(options), {
      outcome: 'usage',
      message: /^etcd: CA, client certificate or client key cannot be used: .*mismatch/,
    });
  });

  it('goes on at the next endpoint when one has another certificate', async () => {
    await using stranger = await startEtcd({ tls: true });
    const endpoints = [stranger.endpoint, etcd.endpoint];
    using client = connectEtcdV3({ endpoints, ...tls, requestTimeoutMs });
    assert.match(await client.revision('/'), /^\d+$/);
  });

  it('suggests https for an endpoint with TLS, and http for one without', async () => {
    const plain = await startEtcd();
    const wrong = plain.endpoint.replace('http:', 'https:');
    assert.match((await refusalOf({ endpoints: [wrong], ...tls })).message, /no TLS: try http:/);
    await plain.stop();
    using client = connectEtcdV3({ endpoints: [etcd.endpoint.replace('https:', 'http:')], requestTimeoutMs });
    await assert.rejects(client.revision('/'), { message: /https:\/\/ where it uses TLS/ });
  });
});

describe('etcd v3 with users', () => {
  const password = 'correct horse battery';
  let etcd: Etcd;

  before(async () => {
    etcd = await startEtcd();
    const writer = etcdWriter(etcd.endpoint);
    await putAll(writer, [['/registry/x', Buffer.from('1')]]);
    assert.match((await refusalOf(as('reader', password))).message, /leave user and password out/);
    await enableAuth(writer, password, '/registry/');
    writer.close();
  });
  after(() => etcd.stop());

  const as = (user: string, secret: string) => ({ endpoints: [etcd.endpoint], user, password: secret });

  it('lets a user read what the role allows, and nothing else', async () => {
    using client = connectEtcdV3({ ...as('reader', password), requestTimeoutMs });
    assert.match(await client.revision('/registry/y'), /^\d+$/);
    assert.equal((await collect(client.readPrefix('/registry/'))).length, 1);
    await assert.rejects(collect(client.readPrefix('/other/')), {
      reason: 'denied',
      message: /read of \/other\/ failed: .*permission denied \(give the user a role/,
    });
  });

  it('does not repeat a wrong password, and does not show it', async () => {
    const wrong = 'hunter2hunter2';
    const error = await refusalOf(as('reader', wrong));
    assert.equal(error.reason, 'denied');
    assert.match(error.message, /check the user and the password/);
    assert.ok(!`${error.stack}${String(error.cause)}`.includes(wrong));
  });

  it('asks for a user when none was given', async () => {
    const error = await refusalOf({ endpoints: [etcd.endpoint] });
    assert.equal(error.reason, 'denied');
    assert.match(error.message, /asks for a user and a password/);
  });
});

const read = (path: string): string => readFileSync(path, 'utf8');
