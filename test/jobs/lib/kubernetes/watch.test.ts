import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONFIG_MAPS } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../../../jobs/lib/kubernetes/client.ts';
import { type Watched, watch } from '../../../../jobs/lib/kubernetes/watch.ts';
import { monotonicMs, sleep } from '../../../../jobs/lib/run/abort.ts';
import { type Cluster, startCluster } from '../../../cluster/cluster.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../../faults/tcp-proxy.ts';

const NAMESPACE = 'default';

async function until(what: string, holds: () => boolean, ms: number): Promise<void> {
  const deadline = monotonicMs() + ms;
  while (!holds()) {
    if (monotonicMs() > deadline) assert.fail(`waited ${ms} ms for ${what}`);
    await sleep(20);
  }
}

describe('a watch', () => {
  let cluster: Cluster;
  let proxy: TcpFaultProxy;
  let client: KubeClient;
  let stop: AbortController;
  let losses = 0;
  let watched: Watched<string>;
  before(async () => {
    cluster = await startCluster();
    const { hostname, port } = new URL(cluster.server);
    proxy = await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) });
    const kubeconfig = await cluster.kubeconfigFor(
      { user: 'admin', groups: ['system:masters'] },
      { server: `https://127.0.0.1:${proxy.port}` },
    );
    client = connect({ kubeconfig });
    stop = new AbortController();
    await put('first', '1');
    watched = watch(
      client,
      CONFIG_MAPS,
      {
        namespace: NAMESPACE,
        pick: ({ data }) => JSON.stringify(data),
        onChange: () => undefined,
        onLoss: () => {
          losses += 1;
        },
      },
      stop.signal,
    );
    await until('the list', () => watched.isSynced(), 10_000);
  });
  after(async () => {
    stop.abort(new Error('the test is over'));
    await watched.done;
    await client.close();
    await proxy.stop();
    await cluster.stop();
  });

  const key = (name: string) => `${NAMESPACE}/${name}`;
  const value = (name: string) => watched.objects.get(key(name));
  async function put(name: string, text: string): Promise<void> {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } };
    await cluster.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], { input: JSON.stringify(object) });
  }

  test('knows what was there before, and follows what is created, changed and deleted', async () => {
    assert.equal(value('first'), '{"text":"1"}');
    await put('second', '1');
    await until('the new object', () => value('second') === '{"text":"1"}', 5_000);
    await put('second', '2');
    await until('the change', () => value('second') === '{"text":"2"}', 5_000);
    await cluster.kubectl(['-n', NAMESPACE, 'delete', 'configmap', 'second']);
    await until('the deletion', () => value('second') === undefined, 5_000);
  });

  test('sees after a cut connection what happened meanwhile', async () => {
    proxy.refuse();
    proxy.cut();
    await until('the loss to be noticed', () => losses > 0, 10_000);
    await put('first', 'while away');
    await proxy.restore();
    await until('the change', () => value('first') === '{"text":"while away"}', 30_000);
  });

  test('notices a connection that went silent within a minute, and lists anew', async () => {
    const before = losses;
    const startedAt = monotonicMs();
    proxy.stall();
    await put('first', 'while silent');
    await until('the silence to be noticed', () => losses > before, 60_000);
    await proxy.restore();
    await until('the change', () => value('first') === '{"text":"while silent"}', 60_000);
    assert.ok(monotonicMs() - startedAt < 75_000);
  });

  test('ends with the reason where it lacks the right', async () => {
    const kubeconfig = await cluster.kubeconfigFor({ user: 'nobody' });
    const other = connect({ kubeconfig });
    const { done } = watch(
      other,
      CONFIG_MAPS,
      { namespace: NAMESPACE, pick: ({ metadata }) => metadata.name, onChange: () => undefined },
      stop.signal,
    );
    await assert.rejects(done, /403.*configmaps/s);
    await other.close();
  });
});
