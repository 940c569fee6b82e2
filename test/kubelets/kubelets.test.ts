import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { DAEMON_SETS, NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { create, get } from '../../jobs/lib/kubernetes/write.ts';
import { eventually } from '../demo/eventually.ts';
import { isPodEntry } from './history.ts';
import { hostedImages, installHostedCalico } from './hosted-calico.ts';
import { mostDown, outagesIn } from './outages.ts';
import type { PlayedPod } from './pods.ts';
import { useKubelets } from './use-kubelets.ts';

const NAMESPACE = 'kube-system';
const own = useKubelets({ nodes: ['n1', 'n2', 'n3'], labels: name => ({ rack: `rack-${name}` }) });

const podOn = (node: string): PlayedPod | undefined => own.kubelets.pods().find(pod => pod.node === node);

async function allReady(nodes: readonly string[]): Promise<void> {
  await eventually(`a Ready pod on ${nodes}`, async () => {
    const ready = own.kubelets.pods().filter(pod => pod.ready);
    return ready.length === nodes.length && nodes.every(name => podOn(name)?.ready);
  });
}

/** Deletes the pod of a node; returns it as it was. */
async function deletePod(node: string): Promise<PlayedPod> {
  const pod = podOn(node);
  assert.ok(pod);
  await own.client.request({ method: 'DELETE', path: objectPath(PODS, pod.name, NAMESPACE) });
  return pod;
}

async function replacementReady(old: PlayedPod): Promise<void> {
  await eventually(`${old.node} has another Ready pod`, async () =>
    own.kubelets.history().some(e => e.what === 'pod-ready' && e.node === old.node && e.pod.uid !== old.uid),
  );
}

async function readyNumber(): Promise<unknown> {
  const [daemonSets] = DAEMON_SETS;
  assert.ok(daemonSets);
  const daemonSet = await get(own.client, daemonSets, 'calico-node', NAMESPACE);
  return isRecord(daemonSet?.status) && daemonSet.status.numberReady;
}

describe('simulated kubelets', () => {
  before(() => installHostedCalico(own.client, { release: '2.4.1' }));
  beforeEach(() => allReady(['n1', 'n2', 'n3']));
  beforeEach(() => own.kubelets.forgetHistory());
  afterEach(() => own.kubelets.setBehaviour(() => ({})));

  it('register Nodes that pods can go to', async () => {
    const node = await get(own.client, NODES, 'n1');
    assert.ok(isRecord(node?.spec) && isRecord(node.status) && Array.isArray(node.status.conditions));
    assert.equal(node.spec.taints, undefined);
    assert.equal(node.metadata.labels?.rack, 'rack-n1');
    assert.deepEqual(
      node.status.conditions.map(({ type, status }) => `${type} ${status}`),
      ['Ready True'],
    );
  });

  it('make a DaemonSet Ready on every node', async () => {
    await eventually('three Ready pods in its status', async () => (await readyNumber()) === 3);
    assert.deepEqual([...own.kubelets.images('n1')], hostedImages('2.4.1'));
  });

  it('end a pod that is deleted, and play its replacement in its time', async () => {
    own.kubelets.setBehaviour(() => ({ startMs: 100, readyMs: 200 }));
    const old = await deletePod('n2');
    await replacementReady(old);
    const { kubelets } = own;
    assert.deepEqual(
      kubelets.deletions().map(({ node, uid }) => [node, uid]),
      [['n2', old.uid]],
    );
    assert.deepEqual(mostDown(kubelets.history()), ['n2']);
    const [{ fromMs, toMs = 0 } = { fromMs: 0 }] = outagesIn(kubelets.history());
    assert.ok(toMs - fromMs >= 300 && toMs - fromMs < 5_000, `${toMs - fromMs} ms`);
  });

  it('take the time of a termination, at most the grace period', async () => {
    own.kubelets.setBehaviour(() => ({ terminateMs: 300 }));
    await replacementReady(await deletePod('n1'));
    own.kubelets.forgetHistory();
    own.kubelets.setBehaviour(() => ({}));
    const old = await deletePod('n1');
    await replacementReady(old);
    const moments = new Map(
      own.kubelets
        .history()
        .filter(isPodEntry)
        .filter(({ pod }) => pod.uid === old.uid)
        .map(({ what, atMs }) => [what, atMs]),
    );
    const ms = (moments.get('pod-gone') ?? 0) - (moments.get('pod-deleted') ?? 0);
    assert.ok(ms >= 250 && ms < 5_000, `${ms} ms`);
  });

  it('tell cordons and deletions in their order', async () => {
    await own.cluster.kubectl(['cordon', 'n3']);
    await replacementReady(await deletePod('n3'));
    await own.cluster.kubectl(['uncordon', 'n3']);
    const what = () => own.kubelets.history().map(entry => `${entry.node} ${entry.what}`);
    await eventually('the end of the cordon is told', async () => what().at(-1) === 'n3 uncordoned');
    const expected = ['cordoned', 'pod-deleted', 'pod-gone', 'pod-bound', 'pod-ready', 'uncordoned'];
    assert.deepEqual(
      what(),
      expected.map(event => `n3 ${event}`),
    );
  });

  it('do nothing on a node that is gone, and go on when it is back', async () => {
    const { kubelets } = own;
    await kubelets.setNodeReady('n2', false);
    await eventually('two Ready pods', async () => (await readyNumber()) === 2);
    const old = await deletePod('n2');
    await eventually('the deletion is told', async () => kubelets.deletions().length === 1);
    assert.equal(podOn('n2')?.uid, old.uid);
    await kubelets.setNodeReady('n2', true);
    await replacementReady(old);
    const what = new Set(kubelets.history().map(entry => entry.what));
    assert.ok(what.has('node-not-ready') && what.has('node-ready') && what.has('pod-not-ready'));
  });

  it('add and remove nodes', async () => {
    const { kubelets } = own;
    await kubelets.addNode('n4', { rack: 'new' });
    await allReady(['n1', 'n2', 'n3', 'n4']);
    await kubelets.removeNode('n4');
    await allReady(['n1', 'n2', 'n3']);
    assert.equal(kubelets.history().at(-1)?.what, 'node-removed');
    await assert.rejects(kubelets.removeNode('n4'), /no simulated node n4/);
  });

  it('bind a pod where its labels and taints let it go', async () => {
    await own.cluster.kubectl(['cordon', 'n1']);
    for (const [name, nodeSelector] of Object.entries({ any: {}, there: { rack: 'rack-n3' } })) {
      const spec = { nodeSelector, containers: [{ name: 'one', image: 'busybox' }] };
      await create(own.client, PODS, { metadata: { name }, spec }, 'default');
    }
    const nodeOf = (name: string) => own.kubelets.pods().find(pod => pod.name === name)?.node;
    await eventually('both run', async () => nodeOf('any') && nodeOf('there'));
    assert.notEqual(nodeOf('any'), 'n1');
    assert.equal(nodeOf('there'), 'n3');
    await own.cluster.kubectl(['delete', 'pods', '-n', 'default', '--all']);
    await own.cluster.kubectl(['uncordon', 'n1']);
  });
});
