import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Phase, UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { PodBehaviour } from '../../kubelets/behaviour.ts';
import type { PodFacts } from '../../kubelets/facts.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { startWorld, type World } from '../world.ts';
import { ended } from './played-jobs.ts';

const READY: PodBehaviour = { pullMs: 20, readyMs: 50 };
const NO_BGP: PodBehaviour = {
  ...READY,
  bird: { sessions: [{ name: 'Mesh_10_88_0_12', establishedAfterMs: Number.POSITIVE_INFINITY }] },
};

/** Plays the pods of the connectivity probe, and all others by `rest`. */
const playProbe =
  (answer: ReturnType<typeof ended>, rest = READY) =>
  ({ name, labels }: PodFacts): PodBehaviour => {
    if (name.includes('-probe-to-')) return { ends: () => ({ afterMs: 600_000 }) };
    if (name.includes('-probe-from-')) return { ends: () => answer };
    return labels['k8s-app'] === 'calico-node' ? rest : {};
  };

describe('the last check of an upgrade', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    world = await startWorld({ nodes: 2, calico: { release: '2.5.1' }, behaviour: () => READY });
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const phase = (name: string, wanted: Phase): Promise<UpgradeStatus> =>
    world.until(name, wanted, status => status.phase === wanted);

  const verified = ({ steps = [] }: UpgradeStatus) => steps.find(({ name }) => name === 'verify');

  const probePods = async () =>
    ((await list(world.client, PODS, { namespace: 'calico-upgrade' })) ?? []).map(
      ({ metadata }) => metadata.name,
    );

  const SPEC = { targetVersion: 'v2.6.2', backup: 'none', verify: { connectivityProbe: true } };

  test('stops where a pod on one node does not reach one on another, and deletes both', async () => {
    world.kubelets.setBehaviour(playProbe(ended('', 'failed')));
    await world.apply('to-2.6', SPEC);
    const status = await phase('to-2.6', 'Stopped');
    assert.match(
      status.message,
      /^verify: a pod on n1 does not reach 10\.244\.0\.\d+ on n2 through the pod network\. Look at routes and policies of both nodes/,
    );
    assert.equal(verified(status)?.state, 'Failed');
    assert.deepEqual(await probePods(), []);
  });

  test('tries it anew when it is resumed, and tells all that it has seen', async () => {
    world.kubelets.setBehaviour(playProbe(ended('')));
    await world.apply('to-2.6', { ...SPEC, resume: '1' });
    const status = await phase('to-2.6', 'Complete');
    assert.equal(
      verified(status)?.message,
      '2 of 2 nodes have the target; BGP: 2 sessions Established; the configuration is readable; a pod on n1 reaches one on n2',
    );
    assert.deepEqual(await probePods(), []);
  });

  test('waits for nodes that have no BGP session, although none was replaced', async () => {
    world.kubelets.setBehaviour(playProbe(ended(''), NO_BGP));
    await world.cluster.kubectl(['-n', 'kube-system', 'delete', 'pods', '-l', 'k8s-app=calico-node']);
    await world.apply('again', { targetVersion: 'v2.6.2', backup: 'none' });
    const status = await world.until('again', 'a wait', ({ message }) => message.includes('waits for BGP'));
    assert.match(status.message, /^verify: waits for BGP of n\d, n\d$/);
    assert.equal(status.steps?.find(({ name }) => name === 'node-rollout')?.state, 'Done');
  });

  test('leaves a node out that is not Ready meanwhile, and says so', async () => {
    world.kubelets.setBehaviour(playProbe(ended('')));
    await world.kubelets.setNodeReady('n2', false);
    await world.cluster.kubectl(['-n', 'kube-system', 'delete', 'pods', '--field-selector=spec.nodeName=n1']);
    const { message, nodes, attention } = await phase('again', 'Complete');
    assert.match(
      message,
      /upgraded to 2\.6\.2; 1 nodes that are not Ready are left, and are replaced when they are back$/,
    );
    assert.deepEqual([nodes?.total, nodes?.updated, nodes?.skipped], [2, 1, 1]);
    assert.deepEqual(attention, [{ node: 'n2', reason: 'the node is not Ready' }]);
    await world.kubelets.setNodeReady('n2', true);
    await world.until('again', 'the return of n2', now => now.message.endsWith('is upgraded to 2.6.2'));
  });
});
