import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CORDONED_BY, REPLACING } from '../../../controller/rollout/marks.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { waitFor } from '../world.ts';
import { cordonedNodes, deletedOn, kubectl, newPodOn, patchSpec, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({ nodes: 3, calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' } });

/** Begins an upgrade whose first node takes some time, and returns in the middle of that. */
async function inTheMiddleOfN1(readyMs = 1_500): Promise<string> {
  await live.startAnew(newPodOn(['n1'], () => ({ readyMs })));
  const name = await live.upgrade();
  await waitFor('n1 in the middle', async () => deletedOn(live.world).includes('n1'));
  return name;
}

const isUncordoned = async (): Promise<boolean> =>
  live.world.kubelets.history().some(({ what, node }) => what === 'uncordoned' && node === 'n1');

async function assertOnlyN1AndNoMarks(): Promise<void> {
  assert.deepEqual(deletedOn(live.world), ['n1']);
  assert.deepEqual(cordonedNodes(live.world), ['n1']);
  for (const { metadata, spec } of await live.world.nodes()) {
    const { annotations = {} } = metadata;
    assert.ok(!(CORDONED_BY in annotations) && !(REPLACING in annotations), metadata.name);
    assert.equal(isRecord(spec) && spec.unschedulable, undefined);
  }
}

const deleteUpgrade = (name: string): Promise<string> =>
  kubectl(live.world, ['delete', 'calicoupgrade', name]);

describe('an upgrade that is stopped in the middle of a node', () => {
  it('(F19) by spec.paused finishes the node and then stops, and goes on when asked to', async () => {
    const name = await inTheMiddleOfN1();
    await patchSpec(live.world, name, { paused: true });
    await sleep(500);
    assert.notEqual((await live.world.status(name))?.phase, 'Paused', 'a node is under way');
    const { message, nodes } = await live.untilPhase(name, 'Paused');
    assert.match(message, /node-rollout: paused, 2 nodes are left/);
    assert.equal(nodes?.updated, 1);
    await sleep(1_000);
    await assertOnlyN1AndNoMarks();
    await patchSpec(live.world, name, { paused: false });
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n3']);
  });

  it('by the deletion of its object finishes the node, and leaves no cordon and no pod that pulls images', async () => {
    await deleteUpgrade(await inTheMiddleOfN1());
    await waitFor('the uncordon of n1', isUncordoned);
    await waitFor('no pods that pull', async () => (await live.prePulls()).length === 0);
    await sleep(1_000);
    await assertOnlyN1AndNoMarks();
  });

  it('by the deletion of its object while the controller is away is finished when that is back', async () => {
    const name = await inTheMiddleOfN1();
    await live.killController();
    await deleteUpgrade(name);
    live.startController();
    await waitFor('the uncordon of n1', isUncordoned);
    await waitFor('no pods that pull', async () => (await live.prePulls()).length === 0);
    await sleep(500);
    await assertOnlyN1AndNoMarks();
  });

  it('by the deletion of its object leaves the nodes as they are, whatever an older upgrade had made of them, and a later one can go back', async () => {
    await live.startAnew();
    await live.untilPhase(
      await live.upgrade({ targetVersion: 'v2.6.2', env: [{ name: 'OLDER', value: '1' }] }),
      'Complete',
    );
    live.world.kubelets.forgetHistory();
    live.world.kubelets.setBehaviour(newPodOn(['n1'], () => ({ readyMs: 1_500 })));
    const name = await live.upgrade();
    await waitFor('n1 in the middle', async () => deletedOn(live.world).includes('n1'));
    await deleteUpgrade(name);
    await waitFor('the uncordon of n1', isUncordoned);
    await waitFor('no pods that pull', async () => (await live.prePulls()).length === 0);
    await sleep(1_500);
    await assertOnlyN1AndNoMarks();
    const back = await live.upgrade();
    await live.untilPhase(back, 'Complete');
    await patchSpec(live.world, back, { rollback: true });
    await live.untilPhase(back, 'RolledBack');
    const images = await live.world.nodeImages();
    assert.deepEqual([...new Set(images.values())], ['quay.io/calico/node:v2.6.2']);
  });

  it('by the end of the controller goes on with the next one, and no pod is deleted twice', async () => {
    const name = await inTheMiddleOfN1();
    await live.killController();
    live.startController();
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n3']);
  });
});
