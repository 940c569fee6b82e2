import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { listen } from './listener.ts';
import { startFaultProxy } from './proxy.ts';

test('without a certificate it stands before a server without TLS', async () => {
  const server = createServer(async (req, res) => res.end(`${req.method} ${req.url} ${await text(req)}`));
  const upstream = await listen(server);
  await using proxy = await startFaultProxy({ upstream: { url: `http://127.0.0.1:${upstream.port}` } });
  assert.match(proxy.url, /^http:/);
  const put = async () =>
    (await fetch(`${proxy.url}/v2/keys/a?x=1`, { method: 'PUT', body: 'value=1' })).text();
  assert.equal(await put(), 'PUT /v2/keys/a?x=1 value=1');
  proxy.setFaults([{ match: { methods: ['PUT'] }, action: { do: 'reset' } }]);
  await assert.rejects(put());
  assert.equal(await put(), 'PUT /v2/keys/a?x=1 value=1');
  upstream.close();
  upstream.resetAll();
});
