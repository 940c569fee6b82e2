import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DAEMON_SETS, NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { eventually } from '../demo/eventually.ts';
import { hostedImages, installHostedCalico } from './hosted-calico.ts';
import { KUBELETS_CLUSTER, type Kubelets, startKubelets } from './kubelets.ts';
import { mostDown, outagesIn } from './outages.ts';

const NAMESPACE = 'kube-system';

describe('simulated kubelets', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let kubelets: Kubelets;
  before(async () => {
    cluster = await startCluster(KUBELETS_CLUSTER);
    client = connect({ kubeconfig: cluster.kubeconfig });
    kubelets = await startKubelets(cluster, { nodes: ['n1', 'n2', 'n3'] });
    await installHostedCalico(client, { release: '2.4.1' });
  });
  after(async () => {
    await kubelets.stop();
    await client.close();
    await cluster.stop();
  });

  const ready = () => kubelets.pods().filter(pod => pod.ready);
  const podOn = (node: string) => kubelets.pods().find(pod => pod.node === node);

  it('make a DaemonSet Ready on every node', async () => {
    const [daemonSets] = DAEMON_SETS;
    assert.ok(daemonSets);
    await eventually('three pods are Ready in the status of the DaemonSet', async () => {
      const daemonSet = await get(client, daemonSets, 'calico-node', NAMESPACE);
      return isRecord(daemonSet?.status) && daemonSet.status.numberReady === 3;
    });
    assert.deepEqual(
      ready()
        .map(({ node }) => node)
        .sort(),
      ['n1', 'n2', 'n3'],
    );
    assert.deepEqual([...kubelets.images('n1')], hostedImages('2.4.1'));
    const node = await get(client, NODES, 'n1');
    assert.ok(isRecord(node?.spec));
    assert.equal(node.spec.taints, undefined);
  });

  it('end a pod that is deleted, and play its replacement', async () => {
    kubelets.forgetHistory();
    kubelets.setBehaviour(() => ({ startMs: 100, readyMs: 200 }));
    const old = podOn('n2');
    assert.ok(old);
    await client.request({ method: 'DELETE', path: objectPath(PODS, old.name, NAMESPACE) });
    await eventually('the replacement is Ready', async () => {
      const replacement = podOn('n2');
      return replacement?.ready === true && replacement.uid !== old.uid;
    });
    await eventually(
      'its readiness is told',
      async () => outagesIn(kubelets.history())[0]?.toMs !== undefined,
    );
    assert.deepEqual(
      kubelets.deletions().map(({ node, uid }) => [node, uid]),
      [['n2', old.uid]],
    );
    assert.deepEqual(mostDown(kubelets.history()), ['n2']);
    const [outage] = outagesIn(kubelets.history());
    assert.ok(outage?.toMs !== undefined);
    const ms = outage.toMs - outage.fromMs;
    assert.ok(ms >= 300 && ms < 3_000, `${ms} ms`);
  });

  it('tell cordons and deletions in their order', async () => {
    kubelets.forgetHistory();
    kubelets.setBehaviour(() => ({}));
    const old = podOn('n3');
    assert.ok(old);
    await cluster.kubectl(['cordon', 'n3']);
    await client.request({ method: 'DELETE', path: objectPath(PODS, old.name, NAMESPACE) });
    await eventually('the replacement is Ready', async () => {
      const events = kubelets.history().map(({ what }) => what);
      return events.includes('pod-ready');
    });
    await cluster.kubectl(['uncordon', 'n3']);
    await eventually(
      'the end of the cordon is told',
      async () => kubelets.history().at(-1)?.what === 'uncordoned',
    );
    assert.deepEqual(
      kubelets.history().map(({ what, node }) => `${node} ${what}`),
      ['cordoned', 'pod-deleted', 'pod-gone', 'pod-bound', 'pod-ready', 'uncordoned'].map(
        what => `n3 ${what}`,
      ),
    );
  });
});
