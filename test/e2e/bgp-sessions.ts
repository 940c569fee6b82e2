import assert from 'node:assert/strict';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { kubectl } from '../cluster/nodes/commands.ts';

/** An established session of a calico-node. */
export interface BgpSession {
  readonly pod: string;
  readonly name: string;
  /** The second of the day since when it is up. */
  readonly since: number;
}

/** The sessions of all calico-nodes, each of which has one with all others. */
export async function bgpSessions(cluster: NodeCluster): Promise<readonly BgpSession[]> {
  const namespace = ['-n', 'kube-system'];
  const pods = await kubectl(cluster, [
    ...namespace,
    'get',
    'pods',
    '-l',
    'k8s-app=calico-node',
    '-o',
    'name',
  ]);
  const found: BgpSession[] = [];
  for (const pod of pods.trim().split('\n')) {
    const shown = await kubectl(cluster, [...namespace, 'exec', pod, '--', '/ready.sh']);
    const lines = shown.matchAll(/^(\S+) +BGP +\S+ +up +(\d+):(\d+):(\d+) +Established/gm);
    for (const [, name = '', hours, minutes, seconds] of lines) {
      const since = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
      found.push({ pod, name, since });
    }
  }
  assert.equal(found.length, cluster.nodes.length * (cluster.nodes.length - 1));
  return found;
}

/** Fails unless all sessions are the same ones; BIRD may show a time as one second earlier or later. */
export function assertSameSessions(now: readonly BgpSession[], before: readonly BgpSession[]): void {
  for (const [index, { pod, name, since }] of before.entries()) {
    const session = now[index];
    assert.deepEqual([session?.pod, session?.name], [pod, name]);
    assert.ok(Math.abs((session?.since ?? 0) - since) <= 1, `${name} of ${pod} was established anew`);
  }
}
