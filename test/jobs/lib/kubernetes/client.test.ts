import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dump } from 'js-yaml';
import { type ConnectOptions, connect, type KubeClient } from '../../../../jobs/lib/kubernetes/client.ts';
import { ApiError } from '../../../../jobs/lib/kubernetes/errors.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';
import { type Listener, listen } from '../../../faults/listener.ts';

const GET = { method: 'GET', path: '/version' } as const;

const usage = (text: RegExp) => (error: unknown) =>
  error instanceof Failure && error.outcome === 'usage' && text.test(error.message);

describe('a connection', () => {
  let directory: string;
  let listener: Listener;
  let handle: RequestListener;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-client-'));
    listener = await listen(createServer((req, res) => handle(req, res)));
  });
  after(async () => {
    listener.close();
    listener.resetAll();
    await rm(directory, { recursive: true });
  });

  async function kubeconfig(cluster: object, context = 'test', user: object = {}): Promise<string> {
    const path = join(directory, `kubeconfig-${Math.random()}`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      users: [{ name: 'test', user }],
      'current-context': context,
    };
    await writeFile(path, dump(config));
    return path;
  }

  const own = () => ({ server: `http://127.0.0.1:${listener.port}/`, 'insecure-skip-tls-verify': true });

  /** A client of the server of this file, which answers as `answer` does. */
  async function clientOf(answer: RequestListener, options: ConnectOptions = {}): Promise<KubeClient> {
    handle = answer;
    return connect({
      kubeconfig: await kubeconfig(own(), 'test', { token: 't0ken' }),
      retryTotalMs: 0,
      ...options,
    });
  }

  test('needs a kubeconfig that can be read and names a cluster', async () => {
    assert.throws(
      () => connect({ kubeconfig: join(directory, 'none') }),
      usage(/cannot read the kubeconfig .*none/),
    );
    const broken = join(directory, 'broken');
    await writeFile(broken, 'users: [{token: s3cret\n  - x');
    assert.throws(
      () => connect({ kubeconfig: broken }),
      (error: unknown) => usage(/broken/)(error) && !/s3cret/.test(String(error)),
    );
    const other = await kubeconfig(own(), 'no-such-context');
    assert.throws(() => connect({ kubeconfig: other }), usage(/no cluster in the kubeconfig/));
  });

  test('is encrypted, unless the kubeconfig says otherwise', async () => {
    const plain = await kubeconfig({ server: 'http://127.0.0.1:8080' });
    assert.throws(() => connect({ kubeconfig: plain }), usage(/not encrypted.*insecure-skip-tls-verify/));
  });

  test('sends JSON with the credentials, and gives back what was parsed', async () => {
    const seen: unknown[] = [];
    const client = await clientOf(async (req, res) => {
      const { method, url, headers } = req;
      const body = (await req.toArray()).join('');
      seen.push({
        method,
        url,
        type: headers['content-type'],
        accept: headers.accept,
        auth: headers.authorization,
        body,
      });
      res.end('{"big": 12345678901, "text": "é"}');
    });
    const path = '/api/v1/nodes/a';
    const patch = {
      method: 'PATCH',
      path,
      body: { é: 1 },
      contentType: 'application/merge-patch+json',
    } as const;
    assert.deepEqual(await client.request({ ...GET, query: { labelSelector: 'a in (b, c)' } }), {
      big: 12_345_678_901,
      text: 'é',
    });
    await client.request(patch);
    await client.close();
    const common = { accept: 'application/json', auth: 'Bearer t0ken' };
    assert.deepEqual(seen, [
      {
        method: 'GET',
        url: '/version?labelSelector=a+in+%28b%2C+c%29',
        type: undefined,
        ...common,
        body: '',
      },
      { method: 'PATCH', url: path, type: 'application/merge-patch+json', ...common, body: '{"é":1}' },
    ]);
  });

  test('an answer that is no JSON, a cut one and none at all may pass', async () => {
    const answers: readonly RequestListener[] = [
      (_, res) => res.end('<html>'),
      (_, res) => res.writeHead(200, { 'content-length': '100' }).write('{', () => res.destroy()),
      (_, res) => res.destroy(),
    ];
    for (const answer of answers) {
      const client = await clientOf(answer);
      await assert.rejects(
        client.request(GET),
        (error: unknown) =>
          error instanceof ApiError && error.status === 0 && /^GET \/version: /.test(error.message),
      );
      await client.close();
    }
  });

  test('waits for an answer only so long, names the server, and leaves no timer behind', async () => {
    const client = await clientOf(() => undefined, { requestTimeoutMs: 50 });
    const started = performance.now();
    await assert.rejects(client.request(GET), /GET \/version: no answer in time \(API server http:\/\/127/);
    assert.ok(performance.now() - started < 5_000);
    await client.close();
  });

  test('a timeout of months is no timeout at once', async () => {
    const client = await clientOf((_, res) => setTimeout(() => res.end('{}'), 50), { requestTimeoutMs: 9e9 });
    assert.deepEqual(await client.request(GET), {});
    await client.close();
  });

  test('tries again until the server answers, and tells about it', async () => {
    let calls = 0;
    const told: string[] = [];
    const client = await clientOf(
      (_, res) => {
        calls += 1;
        if (calls < 3) res.writeHead(503).end('the server is starting');
        else res.end('{}');
      },
      { retryTotalMs: 5_000, onRetry: error => told.push(error.message) },
    );
    await client.request(GET);
    await client.close();
    assert.deepEqual(told, Array(2).fill('GET /version: 503: the server is starting'));
  });

  test('tells of each request that it sent, with the status of the answer', async () => {
    const answers: RequestListener[] = [
      (_, res) => res.destroy(),
      (_, res) => res.writeHead(503).end(),
      (_, res) => res.writeHead(201).end('{}'),
      (_, res) => res.writeHead(404).end(),
    ];
    const told: string[] = [];
    const client = await clientOf((req, res) => answers.shift()?.(req, res), {
      retryTotalMs: 5_000,
      onRequest: (method, status) => told.push(`${method} ${status}`),
    });
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: {} });
    await assert.rejects(client.request(GET), /404/);
    await client.close();
    assert.deepEqual(told, ['POST 0', 'POST 503', 'POST 201', 'GET 404']);
  });

  test('closing it ends what is under way and what waits to be tried again', async () => {
    const silent = await clientOf(() => undefined);
    const waiting = assert.rejects(silent.request(GET), /the connection was closed/);
    await silent.close();
    await waiting;
    const retrying = await clientOf((_, res) => res.writeHead(429, { 'retry-after': '60' }).end(), {
      retryTotalMs: 999_999,
      onRetry: () => void retrying.close(),
    });
    await assert.rejects(retrying.request(GET), /the connection was closed/);
  });

  test('an abort ends it with its reason, also for many requests at a time', async () => {
    const stop = new AbortController();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const client = await clientOf(() => undefined, { signal: stop.signal });
    const requests = Array.from({ length: 30 }, () => client.request(GET));
    const all = Promise.allSettled(requests);
    setTimeout(() => stop.abort(new Error('stopped by SIGTERM')), 50);
    for (const result of await all)
      assert.match(result.status === 'rejected' ? String(result.reason) : 'done', /stopped by SIGTERM/);
    await client.close();
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });
});
