import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REPLACED } from '../../../controller/rollout/marks.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import type { PullFailure } from '../../kubelets/behaviour.ts';
import { isCalicoNode } from '../../kubelets/outages.ts';
import { waitFor } from '../world.ts';
import { cordonedNodes, deletedOn, kubectl, newPodOn, patchSpec, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({ nodes: 5, calico: { release: '2.6.2' }, nodeName: 'n1' });

const TARGET = 'quay.io/calico/node:v2.6.12';

const cordonsNow = async (): Promise<readonly string[]> =>
  (await live.world.nodes()).flatMap(({ metadata, spec }) =>
    isRecord(spec) && spec.unschedulable === true ? [metadata.name] : [],
  );

describe('nodes that are not as they should be', () => {
  it('(F12) one that is not Ready is left out and reported, and replaced when it is back, also after the end', async () => {
    const { kubelets } = live.world;
    await live.startAnew();
    await kubelets.setNodeReady('n3', false);
    const name = await live.upgrade();
    const status = await live.untilPhase(name, 'Complete');
    assert.deepEqual(status.attention, [{ node: 'n3', reason: 'the node is not Ready' }]);
    assert.deepEqual(status.nodes, { total: 5, updated: 4, current: 0, skipped: 1, failed: 0 });
    assert.match(status.message, /1 nodes that are not Ready are left, and are replaced when they are back/);
    assert.deepEqual(deletedOn(live.world), ['n2', 'n4', 'n5', 'n1'], 'that of the controller last (F13)');
    await kubelets.setNodeReady('n3', true);
    await live.world.until(name, 'n3 replaced', ({ nodes }) => nodes?.updated === 5);
    assert.deepEqual((await live.world.status(name))?.phase, 'Complete');
    assert.deepEqual(deletedOn(live.world).at(-1), 'n3');
    assert.equal((await live.world.nodeImages()).get('n3'), TARGET);
    assert.deepEqual(await cordonsNow(), []);
  });

  it('one that fails when it is back after the end holds up those behind it, until a person says to go on', async () => {
    const { kubelets } = live.world;
    const ends = (restart: number) => (restart < 2 ? { exitCode: 1 } : undefined);
    await live.startAnew(newPodOn(['n3'], () => ({ backOffMs: 300, ends })));
    for (const node of ['n3', 'n4']) await kubelets.setNodeReady(node, false);
    const name = await live.upgrade({ rollout: { maxSkipped: 2 } });
    await live.untilPhase(name, 'Complete');
    await kubelets.setNodeReady('n3', true);
    const failed = await live.world.until(name, 'the failure', ({ message }) => message.includes('n3: '));
    assert.match(failed.message, /ended and was started again .* To go on: kubectl patch calicoupgrade/);
    assert.equal(failed.phase, 'Complete');
    await live.world.until(name, 'n3 replaced', ({ nodes }) => nodes?.updated === 4);
    await kubelets.setNodeReady('n4', true);
    await sleep(1_500);
    assert.equal(deletedOn(live.world).includes('n4'), false);
    await patchSpec(live.world, name, { resume: '1' });
    await live.world.until(name, 'n4 replaced', ({ nodes }) => nodes?.updated === 5);
    assert.equal((await live.world.nodeImages()).get('n4'), TARGET);
  });

  it('(F12) one that a person cordoned is replaced in its turn and left cordoned', async () => {
    await live.startAnew();
    await kubectl(live.world, ['cordon', 'n4']);
    const name = await live.upgrade();
    await live.untilPhase(name, 'Complete');
    assert.equal((await live.world.nodeImages()).get('n4'), TARGET);
    assert.deepEqual(await cordonsNow(), ['n4']);
    await kubectl(live.world, ['uncordon', 'n4']);
  });

  it('(F12) one that is deleted in the middle of its replacement is forgotten, and one that is added is included', async () => {
    const { kubelets } = live.world;
    const never = { readyMs: Number.POSITIVE_INFINITY };
    await live.startAnew(newPodOn(['n2'], () => never));
    const name = await live.upgrade();
    await waitFor('n2 in the middle', async () => deletedOn(live.world).includes('n2'));
    await kubelets.addNode('n6');
    await sleep(500);
    assert.deepEqual(cordonedNodes(live.world), ['n2'], 'no other node before it is known');
    await kubelets.removeNode('n2');
    const { nodes, attention } = await live.untilPhase(name, 'Complete');
    assert.deepEqual(nodes, { total: 5, updated: 5, current: 0, skipped: 0, failed: 0 });
    assert.deepEqual(attention, []);
    assert.equal((await live.world.nodeImages()).get('n6'), TARGET);
    await kubelets.removeNode('n6');
    await kubelets.addNode('n2');
  });

  it('(F17) one that does not get the images is reported with the reason, and nothing is deleted on it', async () => {
    await clearPods();
    const failures: Readonly<Record<string, PullFailure>> = {
      n2: 'refused',
      n3: 'unknown-authority',
      n4: 'missing',
      n5: 'no-space',
    };
    let isRepaired = false;
    const pullFailure = (node: string) => () => (isRepaired ? undefined : failures[node]);
    await live.startAnew((pod, node) =>
      isCalicoNode(pod) ? {} : { backOffMs: 700, pullFailure: pullFailure(node) },
    );
    const name = await live.upgrade({ rollout: { maxSkipped: 4 } });
    const { attention = [] } = await live.world.until(
      name,
      'four nodes without images',
      status => status.attention?.length === 4 && status.nodes?.updated === 1,
    );
    const reasons = new Map(attention.map(({ node, reason }) => [node, reason]));
    for (const [node, words] of Object.entries({
      n2: /cannot pull quay\.io\/calico\/(node|cni):v.*connection refused/,
      n3: /x509: certificate signed by unknown authority/,
      n4: /: not found/,
      n5: /no space left on device/,
    }))
      assert.match(reasons.get(node) ?? '', words);
    assert.deepEqual(deletedOn(live.world), ['n1']);
    assert.deepEqual(cordonedNodes(live.world), ['n1']);
    isRepaired = true;
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world).toSorted(), ['n1', 'n2', 'n3', 'n4', 'n5']);
  });

  it('(F17) more than maxSkipped of them hold up the others', async () => {
    await live.startAnew((pod, node) =>
      isCalicoNode(pod) || node === 'n1' ? {} : { backOffMs: 60_000, pullFailure: () => 'refused' },
    );
    const name = await live.upgrade();
    const { message } = await live.world.until(name, 'a message', status =>
      /maxSkipped/.test(status.message),
    );
    assert.match(
      message,
      /4 nodes would have to be left out, more than maxSkipped allows \(1\): n2: cannot pull/,
    );
    assert.deepEqual(
      deletedOn(live.world).filter(node => node !== 'n1'),
      [],
    );
  });

  it('(F13) a single node, with the controller on it, is replaced', async () => {
    for (const node of ['n2', 'n3', 'n4', 'n5']) await live.world.kubelets.removeNode(node);
    await clearPods();
    await live.startAnew();
    const name = await live.upgrade();
    const { nodes } = await live.untilPhase(name, 'Complete');
    assert.deepEqual(nodes, { total: 1, updated: 1, current: 0, skipped: 0, failed: 0 });
    const [node] = await live.world.nodes();
    assert.ok(node?.metadata.annotations && REPLACED in node.metadata.annotations);
    assert.deepEqual(await cordonsNow(), []);
  });
});

/** Pods of nodes that are gone stay for about a minute, which is not waited for. */
async function clearPods(): Promise<void> {
  const force = ['--force', '--grace-period=0', '--wait=false'];
  await kubectl(live.world, ['delete', 'pods', '-n', 'kube-system', '--all', ...force]);
}
