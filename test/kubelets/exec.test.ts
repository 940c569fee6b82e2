import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { before, describe, it } from 'node:test';
import { Exec, KubeConfig } from '@kubernetes/client-node';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { type ExecResult, execInPod } from '../../jobs/lib/kubernetes/exec.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { eventually } from '../demo/eventually.ts';
import type { PodBehaviour } from './behaviour.ts';
import { useKubelets } from './use-kubelets.ts';

const PODS_OF_TEST: Readonly<Record<string, PodBehaviour>> = {
  good: {},
  slow: {
    readyMs: 100,
    bird: { sessions: [{ name: 'Mesh_10_88_0_12', establishedAfterMs: 1_500 }], recoveryMs: 1_500 },
  },
  never: { bird: { sessions: [{ name: 'Mesh_10_88_0_12', establishedAfterMs: Number.POSITIVE_INFINITY }] } },
  refused: { exec: 'refused' },
  broken: { exec: 126 },
  silent: { exec: 'hangs' },
  crashed: { ends: () => ({ exitCode: 1 }), backOffMs: 60_000 },
};

const own = useKubelets({ nodes: ['n1', 'n2', 'n3'], behaviour: pod => PODS_OF_TEST[pod.name] ?? {} });

const SHOW = ['birdcl', '-s', '/var/run/calico/bird.ctl', 'show', 'protocols'];

function exec(pod: string, command: readonly string[], timeoutMs = 10_000): Promise<ExecResult> {
  const target = { namespace: 'default', pod, container: 'calico-node' };
  return execInPod(own.client, target, command, timeoutMs, AbortSignal.timeout(30_000));
}

describe('exec in simulated pods, through the API server', () => {
  before(async () => {
    for (const name of Object.keys(PODS_OF_TEST)) {
      const spec = { nodeName: 'n1', containers: [{ name: 'calico-node', image: 'calico/node:v2.4.1' }] };
      await create(own.client, PODS, { metadata: { name }, spec }, 'default');
    }
    const ready = () => own.kubelets.pods().filter(pod => pod.ready);
    await eventually('all but the crashing one are Ready', async () => ready().length === 6);
  });

  it('shows sessions with the neighbours that are established', async () => {
    const { stdout, exitCode } = await exec('good', SHOW);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^BIRD v0\.3\.1 ready\.\nname {5}proto/);
    assert.deepEqual(
      stdout.match(/^Mesh.*$/gm)?.map(line => line.split(/\s+/).slice(0, 4)),
      [
        ['Mesh_10_88_0_12', 'BGP', 'master', 'up'],
        ['Mesh_10_88_0_13', 'BGP', 'master', 'up'],
      ],
    );
  });

  it('answers two questions in one shell line', async () => {
    const line = 'birdcl -s x show protocols; birdcl -s x show status';
    const { stdout } = await exec('good', ['sh', '-c', line]);
    assert.match(stdout, /Established\n.*Daemon is up and running\n$/s);
  });

  it('shows a session that comes late, and one that never comes', async () => {
    const both = ['sh', '-c', 'birdcl show protocols; birdcl show status'];
    assert.match((await exec('never', SHOW)).stdout, /Mesh_10_88_0_12 BGP +master +start +\S+ +Active/);
    await eventually('the late one is there, and the recovery over', async () => {
      const { stdout } = await exec('slow', both);
      return /Established/.test(stdout) && !/recovery in progress/.test(stdout);
    });
  });

  it('fails as it is told to', async () => {
    assert.equal((await exec('broken', SHOW)).exitCode, 126);
    await assert.rejects(exec('refused', SHOW), { status: 500 });
    await assert.rejects(exec('silent', SHOW, 500), /in time/);
  });

  it('finds no other program, and no container that does not run', async () => {
    assert.equal((await exec('good', ['cat', '/etc/hosts'])).exitCode, 127);
    await assert.rejects(exec('crashed', SHOW), { status: 404 });
    await assert.rejects(exec('nobody', SHOW), { status: 404 });
  });

  it('serves the client library as it is', async () => {
    const config = new KubeConfig();
    config.loadFromFile(own.cluster.kubeconfig);
    const chunks: Buffer[] = [];
    const stdout = new Writable({
      write(chunk, _, done) {
        chunks.push(chunk);
        done();
      },
    });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await new Exec(config).exec('default', 'good', 'calico-node', SHOW, stdout, null, null, false, resolve);
    assert.deepEqual(await promise, { metadata: {}, status: 'Success' });
    assert.match(Buffer.concat(chunks).toString(), /Mesh_10_88_0_12/);
  });
});
