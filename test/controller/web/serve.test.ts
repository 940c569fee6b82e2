import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { startHeartbeat } from '../../../controller/web/heartbeat.ts';
import { createMetrics } from '../../../controller/web/metrics.ts';
import { serveWeb } from '../../../controller/web/serve.ts';

const always = (): boolean => true;

describe('the web server of the controller', () => {
  it('says whether the controller is alive and ready, and what it counted', async () => {
    const stop = new AbortController();
    let nowMs = 0;
    let ready = false;
    const { beat, isAlive } = startHeartbeat(60_000, () => nowMs);
    const metrics = createMetrics();
    metrics.countRetry();
    const web = await serveWeb({ port: 0, metrics, ready: () => ready, healthy: isAlive }, stop.signal);
    const get = async (path: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${web.port}${path}`);
      return `${answer.status} ${(await answer.text()).trim()}`;
    };
    assert.equal(await get('/healthz'), '200 ok');
    assert.equal(await get('/readyz'), '503 not ready');
    ready = true;
    assert.equal(await get('/readyz?verbose'), '200 ok');
    nowMs = 60_001;
    assert.equal(await get('/healthz'), '503 the main loop makes no turn any more');
    beat();
    assert.equal(await get('/healthz'), '200 ok');
    assert.match(await get('/metrics'), /^200 (.|\n)*calico_upgrade_api_retries_total 1/);
    assert.match(await get('/'), /^404 /);
    const post = await fetch(`http://127.0.0.1:${web.port}/healthz`, { method: 'POST' });
    assert.equal(post.status, 405);
    stop.abort();
    await web.closed;
    await assert.rejects(fetch(`http://127.0.0.1:${web.port}/healthz`));
  });

  it('says which port it cannot have', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const options = { port, metrics: createMetrics(), ready: always, healthy: always };
    await assert.rejects(
      serveWeb(options, new AbortController().signal),
      new RegExp(`cannot serve /healthz and /metrics on port ${port}: .*EADDRINUSE`),
    );
    other.close();
  });
});
