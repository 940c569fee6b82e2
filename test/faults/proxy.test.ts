import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type EchoUpstream, startEchoUpstream } from './echo-upstream.ts';
import type { FaultAction } from './fault.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';

const PATH = '/apis/crd.projectcalico.org/v1/ippools/a';

const STATUSES = [
  [409, 'Conflict'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
] as const;

let upstream: EchoUpstream;
let proxy: FaultProxy;
let dispatcher: Agent;

before(async () => {
  upstream = await startEchoUpstream();
  const { url, ca, certificate } = upstream;
  proxy = await startFaultProxy({ upstream: { url, ca, certificate }, certificate });
  dispatcher = new Agent({ connect: { ca: await readFile(ca) } });
});

after(async () => {
  await dispatcher.destroy();
  await proxy.stop();
  await upstream[Symbol.asyncDispose]();
});

beforeEach(() => proxy.reset());

async function send(method: 'GET' | 'POST' | 'PUT', path = PATH, body?: string, signal?: AbortSignal) {
  const answer = await request(`${proxy.url}${path}`, {
    method,
    dispatcher,
    headers: { authorization: 'Bearer secret', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

/** Sends one PUT into a fault; how it failed, what the upstream got, and whether the next request is served. */
async function sendInto(action: FaultAction) {
  proxy.setFaults([{ action }]);
  const had = upstream.received.length;
  const started = performance.now();
  const failure = await send('PUT', PATH, '{"a":1}', AbortSignal.timeout(1000)).then(
    answer => `status ${answer.status}`,
    (error: NodeJS.ErrnoException) => (error.name === 'TimeoutError' ? error.name : error.code),
  );
  const ms = performance.now() - started;
  const reached = upstream.received.length - had;
  assert.equal((await send('PUT', PATH, '{"a":2}')).text, '{"a":2}');
  return { failure, reached, ms };
}

test('without faults: passes requests, tokens and its own client certificate on, and records', async () => {
  const answer = await send('PUT', `${PATH}?x=1`, '{"a":"ä"}');
  assert.deepEqual([answer.status, answer.text], [200, '{"a":"ä"}']);
  assert.equal(answer.headers['content-type'], 'application/json');
  const expected = {
    method: 'PUT',
    path: `${PATH}?x=1`,
    authorization: 'Bearer secret',
    user: 'proxy',
    body: '{"a":"ä"}',
  };
  assert.deepEqual(upstream.received.at(-1), expected);
  const { startedAt, ...recorded } = proxy.requests[0] ?? assert.fail();
  assert.deepEqual(recorded, {
    ...{ n: 1, method: 'PUT', path: `${PATH}?x=1`, body: '{"a":"ä"}' },
    ...{ forwarded: true, status: 200 },
  });
  assert.ok(Date.now() - startedAt.getTime() < 5000);
});

test('passes large bodies', async () => {
  const body = JSON.stringify({ data: 'x'.repeat(8 * 2 ** 20) });
  assert.equal((await send('POST', PATH, body)).text, body);
});

test('passes events of a watch as they come', async () => {
  const answer = await request(`${proxy.url}${PATH}?watch=true`, { dispatcher });
  for (const line of ['{"type":"ADDED"}', '{"type":"DELETED"}']) {
    upstream.event(line);
    const [chunk] = await once(answer.body, 'data');
    assert.equal(String(chunk), `${line}\n`);
  }
  answer.body.destroy();
});

test('end: a watch gets its events for a time, then a last one, and ends in good order', async () => {
  proxy.setFaults([{ action: { do: 'end', ms: 500, last: '{"type":"ERROR"}\n' } }]);
  const answer = await request(`${proxy.url}${PATH}?watch=true`, { dispatcher });
  upstream.event('{"type":"ADDED"}');
  assert.equal(await answer.body.text(), '{"type":"ADDED"}\n{"type":"ERROR"}\n');
});

test('end: an answer that is whole before is passed as it is', async () => {
  proxy.setFaults([{ action: { do: 'end', ms: 10_000, last: 'more' } }]);
  assert.equal((await send('PUT', PATH, '{"a":1}')).text, '{"a":1}');
});

test('refuse: the connection is closed, the upstream gets nothing', async () => {
  const { failure, reached } = await sendInto({ do: 'refuse' });
  assert.deepEqual([failure, reached], ['UND_ERR_SOCKET', 0]);
  assert.deepEqual(
    proxy.requests.map(({ fault, forwarded }) => [fault, forwarded]),
    [
      ['refuse', false],
      [undefined, true],
    ],
  );
});

test('reset: the connection is reset, the upstream gets nothing', async () => {
  const { failure, reached } = await sendInto({ do: 'reset' });
  assert.deepEqual([failure, reached], ['ECONNRESET', 0]);
});

test('reset-after: the upstream does it exactly once, the client sees a reset', async () => {
  const { failure, reached } = await sendInto({ do: 'reset-after' });
  assert.deepEqual([failure, reached], ['ECONNRESET', 1]);
  assert.equal(proxy.requests[0]?.status, 200);
});

test('stall: silence until the client gives up, or for the given time', async () => {
  const forever = await sendInto({ do: 'stall' });
  assert.deepEqual([forever.failure, forever.reached], ['TimeoutError', 0]);
  const limited = await sendInto({ do: 'stall', ms: 200 });
  assert.deepEqual([limited.failure, limited.reached], ['UND_ERR_SOCKET', 0]);
  assert.ok(limited.ms >= 190 && limited.ms < 900, `${limited.ms} ms`);
});

test('stall-after: the upstream does it once, then silence', async () => {
  const { failure, reached } = await sendInto({ do: 'stall-after' });
  assert.deepEqual([failure, reached], ['TimeoutError', 1]);
  assert.equal((await sendInto({ do: 'stall-after', ms: 100 })).failure, 'UND_ERR_SOCKET');
});

test('status: answers with a Status object, the upstream gets nothing', async () => {
  for (const [code, reason] of STATUSES) {
    proxy.setFaults([{ action: { do: 'status', code, retryAfterSeconds: 3 } }]);
    const had = upstream.received.length;
    const answer = await send('PUT', PATH, '{"a":1}');
    const body = JSON.parse(answer.text);
    assert.equal(answer.status, code);
    assert.equal(answer.headers['retry-after'], '3');
    assert.deepEqual([body.kind, body.status, body.reason, body.code], ['Status', 'Failure', reason, code]);
    assert.equal(upstream.received.length, had);
  }
});

test('status 409 says what the API server says', async () => {
  proxy.setFaults([{ action: { do: 'status', code: 409 } }]);
  const { text, headers } = await send('PUT', PATH, '{"a":1}');
  assert.deepEqual(JSON.parse(text).details, { name: 'a', group: 'crd.projectcalico.org', kind: 'ippools' });
  assert.match(
    JSON.parse(text).message,
    /^Operation cannot be fulfilled on ippools\.crd\.projectcalico\.org "a": /,
  );
  assert.equal(headers['retry-after'], undefined);
});

test('away: nobody listens for a time, then the same port answers', async () => {
  const { failure, reached } = await sendAway(300);
  assert.deepEqual([failure, reached], ['ECONNRESET', 0]);
});

/** As `sendInto`, but knows that the next connections are refused for a while. */
async function sendAway(ms: number) {
  proxy.setFaults([{ match: { writes: true }, action: { do: 'away', ms } }]);
  const had = upstream.received.length;
  const codeOf = (error: NodeJS.ErrnoException) => error.code;
  const failure = await send('PUT', PATH, '{"a":1}').then(() => 'answered', codeOf);
  assert.equal(await send('GET').then(() => 'answered', codeOf), 'ECONNREFUSED');
  const reached = upstream.received.length - had;
  await sleep(ms + 100);
  assert.equal((await send('GET')).status, 200);
  return { failure, reached };
}

test('call: a client that is killed before has written nothing, one that is killed after has', async () => {
  for (const [when, expected] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    const had = upstream.received.length;
    const client = spawn(
      process.execPath,
      ['-e', 'fetch(process.argv[1], { method: "POST", body: "{}" })', `${proxy.url}${PATH}`],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: upstream.ca },
      },
    );
    const exited = once(client, 'exit');
    const call = () => {
      client.kill('SIGKILL');
      return exited;
    };
    proxy.setFaults([{ match: { writes: true }, action: { do: 'call', when, call } }]);
    await exited;
    await sleep(100);
    assert.equal(client.signalCode, 'SIGKILL');
    assert.equal(upstream.received.length - had, expected, when);
  }
});

test('call: a client that lives gets its answer', async () => {
  const seen: (number | undefined)[] = [];
  const call = ({ status }: { status?: number }) => seen.push(status);
  proxy.setFaults([
    { action: { do: 'call', when: 'before', call } },
    { at: 2, action: { do: 'call', when: 'after', call } },
  ]);
  assert.equal((await send('GET')).status, 200);
  assert.equal((await send('GET')).status, 200);
  assert.deepEqual(seen, [undefined, 200]);
});

test('reset forgets faults and requests', async () => {
  proxy.setFaults([{ action: { do: 'refuse' } }]);
  proxy.reset();
  assert.equal((await send('GET')).status, 200);
  assert.deepEqual(
    proxy.requests.map(({ n }) => n),
    [1],
  );
});

test('reset ends an absence', async () => {
  proxy.setFaults([{ action: { do: 'away', ms: 60_000 } }]);
  await assert.rejects(send('GET'));
  await assert.rejects(send('GET'), { code: 'ECONNREFUSED' });
  proxy.reset();
  await sleep(50);
  assert.equal((await send('GET')).status, 200);
});

test('an upstream that is down looks to the client like a closed connection', async () => {
  const { certificate, ca } = upstream;
  await using lost = await startFaultProxy({ upstream: { url: 'https://127.0.0.1:1', ca }, certificate });
  await assert.rejects(request(`${lost.url}/api`, { dispatcher }), { code: 'UND_ERR_SOCKET' });
});
