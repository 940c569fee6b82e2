import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { CORDONED_BY, REPLACING } from '../../../controller/rollout/marks.ts';
import { UPGRADE_GROUP } from '../../../jobs/lib/calico/upgrade/api.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { CRASH_LOOP } from '../../kubelets/behaviour.ts';
import { mostDown } from '../../kubelets/outages.ts';
import { waitFor } from '../world.ts';
import { cordonedNodes, deletedOn, kubectl, newPodOn, patchSpec, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({
  nodes: 3,
  calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
});

const imagesNow = async (): Promise<readonly string[]> => [
  ...new Set((await live.world.nodeImages()).values()),
];

async function assertAsBefore(): Promise<void> {
  assert.deepEqual(await imagesNow(), ['quay.io/calico/node:v2.6.2']);
  const { spec, metadata } = await live.daemonSet();
  const notes = Object.keys(metadata.annotations ?? {}).filter(key => key.startsWith(UPGRADE_GROUP));
  assert.deepEqual(
    [isRecord(spec) && isRecord(spec.updateStrategy) && spec.updateStrategy.type, notes],
    ['RollingUpdate', []],
  );
  await assertNoCordon();
}

async function assertNoCordon(): Promise<void> {
  for (const { metadata, spec } of await live.world.nodes()) {
    const { annotations = {} } = metadata;
    assert.ok(!(CORDONED_BY in annotations) && !(REPLACING in annotations), metadata.name);
    assert.equal(isRecord(spec) && spec.unschedulable, undefined);
  }
}

describe('going back', () => {
  afterEach(() => assert.ok(mostDown(live.world.kubelets.history()).length <= 1, 'one node down at a time'));

  it('in the middle restores the nodes that were replaced, one by one, and touches no other', async () => {
    await live.startAnew(newPodOn(['n2'], () => ({ readyMs: 1_500 })));
    const name = await live.upgrade();
    await waitFor('n2 in the middle', async () => deletedOn(live.world).includes('n2'));
    await patchSpec(live.world, name, { rollback: true });
    await live.untilPhase(name, 'RollingBack');
    await live.untilPhase(name, 'RolledBack');
    assert.deepEqual(deletedOn(live.world).toSorted(), ['n1', 'n1', 'n2', 'n2']);
    assert.ok(!cordonedNodes(live.world).includes('n3'));
    await assertAsBefore();
  });

  it('after the end restores every node, and leaves the DaemonSet as it was', async () => {
    await live.startAnew();
    const name = await live.upgrade();
    await live.untilPhase(name, 'Complete');
    await patchSpec(live.world, name, { rollback: true });
    const { message } = await live.untilPhase(name, 'RolledBack');
    assert.match(message, /as it was before: 2\.6\.2/);
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n3', 'n1', 'n2', 'n3']);
    await assertAsBefore();
  });

  it('comes by itself after a node failed, where onFailure is Rollback', async () => {
    await live.startAnew(newPodOn(['n2'], () => ({ ...CRASH_LOOP, backOffMs: 200 })));
    const rollout = { onFailure: 'Rollback', gracefulRestartSeconds: 3 };
    const name = await live.upgrade({ rollout });
    await live.untilPhase(name, 'RolledBack');
    assert.deepEqual(deletedOn(live.world).toSorted(), ['n1', 'n1', 'n2', 'n2']);
    assert.ok(!cordonedNodes(live.world).includes('n3'));
    await assertAsBefore();
  });

  it('is a stop where what was kept for it is gone, and says so', async () => {
    await live.startAnew(newPodOn(['n1'], () => ({ ...CRASH_LOOP, startMs: 1_500, backOffMs: 200 })));
    const name = await live.upgrade({ rollout: { onFailure: 'Rollback' } });
    await waitFor('n1 in the middle', async () => deletedOn(live.world).includes('n1'));
    const uid = await kubectl(live.world, ['get', 'calicoupgrade', name, '-o', 'jsonpath={.metadata.uid}']);
    const kept = `calico-upgrade-previous-${uid.slice(0, 8)}`;
    await kubectl(live.world, ['-n', 'calico-upgrade', 'delete', 'configmap', kept]);
    const { message } = await live.untilPhase(name, 'Stopped');
    assert.match(message, /^node-rollout: n1: .*There is no way back: .*it was deleted in the meantime/);
    assert.deepEqual(deletedOn(live.world), ['n1']);
  });

  it('after a stop takes back the node that failed, and touches no other', async () => {
    await live.startAnew(newPodOn(['n1'], () => ({ readyMs: Number.POSITIVE_INFINITY })));
    const name = await live.upgrade({ rollout: { gracefulRestartSeconds: 2 } });
    await live.untilPhase(name, 'Stopped');
    await patchSpec(live.world, name, { rollback: true });
    await live.untilPhase(name, 'RolledBack');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n1']);
    assert.deepEqual([...new Set(cordonedNodes(live.world))], ['n1']);
    await assertAsBefore();
  });

  it('before any node was replaced restarts none', async () => {
    await live.startAnew();
    live.world.kubelets.setBehaviour(() => ({ pullMs: 60_000 }));
    const name = await live.upgrade();
    await waitFor('pods that pull', async () => (await live.prePulls()).length > 0);
    await patchSpec(live.world, name, { rollback: true });
    await live.untilPhase(name, 'RolledBack');
    assert.deepEqual(deletedOn(live.world), []);
    await waitFor('no pods that pull', async () => (await live.prePulls()).length === 0);
    await assertAsBefore();
  });

  it('from the second of two upgrades restores what the first one had installed', async () => {
    await live.startAnew();
    const first = await live.upgrade({ targetVersion: 'v2.6.10' });
    await live.untilPhase(first, 'Complete');
    const second = await live.upgrade();
    const { from } = await live.untilPhase(second, 'Complete');
    assert.equal(from, '2.6.10');
    await patchSpec(live.world, second, { rollback: true });
    await live.untilPhase(second, 'RolledBack');
    assert.deepEqual(await imagesNow(), ['quay.io/calico/node:v2.6.10']);
    await assertNoCordon();
  });

  it('is not done by itself: what somebody changes after the end stays, also for a controller that is started anew', async () => {
    await live.startAnew();
    const name = await live.upgrade();
    await live.untilPhase(name, 'Complete');
    const image = 'quay.io/calico/node:v2.6.11';
    await kubectl(live.world, [
      'set',
      'image',
      'ds/calico-node',
      '-n',
      'kube-system',
      `calico-node=${image}`,
    ]);
    const isRolled = async () => (await imagesNow()).every(one => one === image);
    await waitFor('the rolling update of Kubernetes', isRolled);
    await live.killController();
    live.startController();
    await live.controller.says('is the one at work', 30_000);
    await sleep(2_000);
    assert.deepEqual(await imagesNow(), [image]);
    assert.equal((await live.world.status(name))?.phase, 'Complete');
  });
});
