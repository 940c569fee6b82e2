import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { type Listener, listen } from './listener.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';

const PATH = '/api/v1/namespaces/default/pods/a/exec?command=true';

let upstream: Listener;
let proxy: FaultProxy;

before(async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url, headers }) => {
    socket.send(`${url} ${headers.authorization}`);
    socket.on('message', data => socket.send(data));
  });
  upstream = await listen(server);
  proxy = await startFaultProxy({ upstream: { url: `http://127.0.0.1:${upstream.port}` } });
});
after(async () => {
  await proxy.stop();
  upstream.close();
  upstream.resetAll();
});
beforeEach(() => proxy.reset());

function open(): WebSocket {
  const headers = { authorization: 'Bearer secret' };
  return new WebSocket(`${proxy.url.replace('http', 'ws')}${PATH}`, ['v4.channel.k8s.io'], { headers });
}

async function nextText(socket: WebSocket): Promise<string> {
  const [data] = await once(socket, 'message');
  return String(data);
}

test('a WebSocket passes with its headers, in both directions, and is recorded', async () => {
  const socket = open();
  assert.equal(await nextText(socket), `${PATH} Bearer secret`);
  for (const text of ['first', 'x'.repeat(1_000_000)]) {
    socket.send(text);
    assert.equal(await nextText(socket), text);
  }
  socket.close(1000);
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
  assert.deepEqual(
    proxy.requests.map(({ method, path, forwarded }) => [method, path, forwarded]),
    [['GET', PATH, true]],
  );
});

test('faults of requests leave it alone', async () => {
  proxy.setFaults([{ probability: 1, action: { do: 'refuse' } }]);
  const socket = open();
  assert.equal(await nextText(socket), `${PATH} Bearer secret`);
  socket.terminate();
});

test('it ends with everything else when the server goes away', async () => {
  const socket = open();
  await nextText(socket);
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  await proxy.away(50);
  const [code] = await closed;
  assert.equal(code, 1006);
});
