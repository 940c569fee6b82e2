import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { isCalicoNode, mostDown } from '../../kubelets/outages.ts';
import { useLiveRollout } from './live-rollout.ts';
import { type Recording, startRecording } from './recording.ts';

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const CONTROL_PLANE = { 'node-role.kubernetes.io/master': '' };

const live = useLiveRollout({
  nodes: NODES,
  labels: name => (name === 'n2' ? CONTROL_PLANE : {}),
  calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
  behaviour: () => ({ pullMs: 150, startMs: 50, readyMs: 150 }),
  nodeName: 'n1',
});

/** One upgrade, which every test looks at. */
describe('an upgrade of five nodes, one of them the control plane and one with the controller', () => {
  let recorded: Recording;
  let complete: UpgradeStatus;
  before(async () => {
    await using recording = await startRecording(live.world);
    const name = await live.upgrade({ rollout: { prePullParallel: 2 } });
    complete = await live.untilPhase(name, 'Complete');
    await sleep(1_500);
    recorded = recording.taken();
  });

  /** The revision of etcd at which a node was cordoned. */
  const cordonOf = (node: string): number =>
    live.world.kubelets.history().find(entry => entry.what === 'cordoned' && entry.node === node)?.revision ??
    0;

  it('has every image on a node before that is cordoned', () => {
    for (const node of NODES) {
      const pulled = recorded.pulls.find(one => one.node === node && one.isComplete)?.revision ?? Infinity;
      assert.ok(pulled < cordonOf(node), `${node}: pulled at ${pulled}, cordoned at ${cordonOf(node)}`);
    }
  });

  it('pulls ahead on as many nodes at once as prePullParallel says, and no more', () => {
    const pulling = new Set<string>();
    const counts = recorded.pulls.map(({ node, isComplete }) => {
      if (isComplete) pulling.delete(node);
      else pulling.add(node);
      return pulling.size;
    });
    assert.equal(Math.max(...counts), 2);
  });

  it('says in the patch of the cordon whose it is and which pod goes', () => {
    const cordoned = recorded.nodes.filter(({ facts }) => facts.isUnschedulable);
    assert.deepEqual(
      [...new Set(cordoned.map(({ facts }) => facts.name))].toSorted(),
      NODES,
      'every node was cordoned',
    );
    for (const { facts } of cordoned) {
      assert.ok(facts.cordonedBy?.startsWith('upgrade-'), `${facts.name}: cordoned by ${facts.cordonedBy}`);
      assert.ok(facts.replacing, `${facts.name}: no pod is noted down`);
    }
  });

  it('cordons, deletes, waits until the new pod is Ready, and uncordons, node after node', () => {
    const calico = live.world.kubelets
      .history()
      .filter(entry => !('pod' in entry) || isCalicoNode(entry.pod))
      .map(({ what, node }) => `${node} ${what}`);
    const one = ['cordoned', 'pod-deleted', 'pod-gone', 'pod-bound', 'pod-ready', 'uncordoned'];
    const order = ['n3', 'n4', 'n5', 'n2', 'n1'];
    assert.deepEqual(
      calico,
      order.flatMap(node => one.map(what => `${node} ${what}`)),
      'workers first, then the control plane, the node of the controller last',
    );
    assert.equal(mostDown(live.world.kubelets.history()).length, 1);
  });

  it('sets OnDelete before the template changes, and gives RollingUpdate back in the end', () => {
    const steps = recorded.daemonSets.map(({ strategy, image }) => `${strategy} ${image.split(':')[1]}`);
    const changes = steps.filter((step, index) => step !== steps[index - 1]);
    assert.deepEqual(changes, [
      'RollingUpdate v2.6.2',
      'OnDelete v2.6.2',
      'OnDelete v2.6.12',
      'RollingUpdate v2.6.12',
    ]);
  });

  it('leaves no cordon, no mark and no pod that pulls images', async () => {
    for (const { metadata, spec } of await live.world.nodes()) {
      const marks = Object.keys(metadata.annotations ?? {}).filter(key => key.includes('upgrade.'));
      assert.deepEqual(marks, ['upgrade.projectcalico.org/replaced']);
      assert.equal(isRecord(spec) && spec.unschedulable, undefined);
    }
    assert.deepEqual(await live.prePulls(), []);
  });

  it('shows counts and the slowest nodes with their seconds', () => {
    assert.deepEqual(complete.nodes, { total: 5, updated: 5, current: 0, skipped: 0, failed: 0 });
    assert.equal(complete.slowestNodes?.length, 5);
    for (const { seconds } of complete.slowestNodes ?? []) assert.ok(seconds >= 0.2, `${seconds} s`);
  });
});
