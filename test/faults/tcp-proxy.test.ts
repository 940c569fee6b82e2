import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Listener, listen } from './listener.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from './tcp-proxy.ts';

let upstream: Listener;
let proxy: TcpFaultProxy;

before(async () => {
  upstream = await listen(createServer(socket => socket.pipe(socket)));
  proxy = await startTcpFaultProxy({ upstreamHost: '127.0.0.1', upstreamPort: upstream.port });
});

after(async () => {
  await proxy.stop();
  upstream.close();
  upstream.resetAll();
});

beforeEach(() => proxy.restore());

async function client(): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  await once(socket, 'connect');
  // The end of the tests resets what is still open.
  return socket.on('error', () => undefined);
}

/** What comes back within `ms`. */
async function echo(socket: Socket, text: string, ms = 2000): Promise<string | undefined> {
  socket.write(text);
  return once(socket, 'data', { signal: AbortSignal.timeout(ms) }).then(
    ([data]) => String(data),
    () => undefined,
  );
}

test('passes data, and the end of one direction', async () => {
  const socket = await client();
  assert.equal(await echo(socket, 'hello'), 'hello');
  socket.end();
  await once(socket, 'close');
});

test('cut: open connections are reset, new ones work', async () => {
  const socket = await client();
  await echo(socket, 'hello');
  const failed = once(socket, 'error');
  proxy.cut();
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
  assert.equal(await echo(await client(), 'again'), 'again');
});

test('refuse: new connections are refused, open ones stay; restore listens on the same port', async () => {
  const socket = await client();
  proxy.refuse();
  await assert.rejects(client(), { code: 'ECONNREFUSED' });
  assert.equal(await echo(socket, 'still here'), 'still here');
  await proxy.restore();
  assert.equal(await echo(await client(), 'back'), 'back');
});

test('stall: nothing comes until restore', async () => {
  const socket = await client();
  proxy.stall();
  assert.equal(await echo(socket, 'anyone?', 200), undefined);
  assert.equal(await echo(await client(), 'hello?', 200), undefined);
  const answer = once(socket, 'data');
  await proxy.restore();
  assert.equal(String((await answer)[0]), 'anyone?');
});

test('afterBytes: what comes before passes, the rest does not', async () => {
  await proxy.restore();
  const socket = await client();
  const failed = once(socket, 'error');
  proxy.afterBytes(3, proxy.cut);
  assert.equal(await echo(socket, 'hello'), 'hel');
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
  assert.equal(proxy.receivedBytes(), 5);
  const next = await client();
  assert.equal(await echo(next, 'again'), 'again');
  proxy.afterBytes(2, proxy.stall);
  assert.equal(await echo(next, 'silence'), 'si');
  assert.equal(await echo(next, 'more', 200), undefined);
});

test('delay: everything comes later, in each direction', async () => {
  const socket = await client();
  proxy.delay(100);
  const started = performance.now();
  assert.equal(await echo(socket, 'slow'), 'slow');
  const ms = performance.now() - started;
  assert.ok(ms >= 190 && ms < 1500, `${ms} ms`);
});

test('an upstream that is down resets the connection', async () => {
  await using lost = await startTcpFaultProxy({ upstreamHost: '127.0.0.1', upstreamPort: 1 });
  const socket = connect({ host: lost.host, port: lost.port });
  const [error] = await once(socket, 'error');
  assert.equal(error.code, 'ECONNRESET');
});

test('counts connections', async () => {
  proxy.cut();
  await sleep(20);
  await client();
  await sleep(20);
  assert.equal(proxy.connectionCount(), 1);
});
