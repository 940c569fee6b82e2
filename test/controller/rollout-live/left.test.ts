import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { hostedConfigMap, hostedDaemonSet } from '../../kubelets/hosted-calico.ts';
import { waitFor } from '../world.ts';
import {
  cordonedNodes,
  deletedOn,
  kubectl,
  kubectlApply,
  newPodOn,
  patchSpec,
  useLiveRollout,
} from './live-rollout.ts';

const CALICO = { release: '2.6.2', updateStrategy: 'RollingUpdate' } as const;
const live = useLiveRollout({ nodes: 2, calico: CALICO });

const inTheMiddle = (node: string): Promise<void> =>
  waitFor(`${node} in the middle`, async () => deletedOn(live.world).includes(node));

const uncordoned = (node: string): Promise<void> =>
  waitFor(`the uncordon of ${node}`, async () =>
    live.world.kubelets.history().some(entry => entry.what === 'uncordoned' && entry.node === node),
  );

/** Begins an upgrade whose first node takes some time, and returns in the middle of that. */
async function upgradeInTheMiddle(): Promise<string> {
  await live.startAnew(newPodOn(['n1'], () => ({ readyMs: 1_500 })));
  const name = await live.upgrade();
  await inTheMiddle('n1');
  return name;
}

describe('what an upgrade leaves', () => {
  it('that is deleted while BIRD is asked before the first deletion is nothing: no node is begun afterwards', async () => {
    await live.startAnew(() => ({ exec: 'hangs' }));
    const name = await live.upgrade();
    await waitFor('images on n1', async () => (await live.prePulls()).length > 0);
    await sleep(1_000);
    assert.deepEqual(cordonedNodes(live.world), [], 'BIRD is asked before');
    await kubectl(live.world, ['delete', 'calicoupgrade', name]);
    // Longer than an exec may take.
    await sleep(12_000);
    assert.deepEqual([cordonedNodes(live.world), deletedOn(live.world)], [[], []]);
    assert.deepEqual(await live.prePulls(), []);
  });

  it('that is deleted in the middle of a node is finished also where the next upgrade is paused', async () => {
    const name = await upgradeInTheMiddle();
    const next = await live.upgrade({ paused: true, env: [{ name: 'NEXT', value: '1' }] });
    await kubectl(live.world, ['delete', 'calicoupgrade', name]);
    await uncordoned('n1');
    await live.untilPhase(next, 'Paused');
    assert.deepEqual(deletedOn(live.world), ['n1']);
  });

  it('in the middle of a node is finished also where its spec is edited to what cannot be', async () => {
    const name = await upgradeInTheMiddle();
    await patchSpec(live.world, name, { targetVersion: 'v2.6.11' });
    const { message } = await live.untilPhase(name, 'Stopped');
    assert.match(message, /it was begun to Calico 2\.6\.12, and spec\.targetVersion is 2\.6\.11 now/);
    await uncordoned('n1');
    await patchSpec(live.world, name, { targetVersion: 'v2.6.12' });
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
  });
});

describe('an upgrade goes on', () => {
  it('with a DaemonSet that was deleted and applied again meanwhile', async () => {
    const name = await upgradeInTheMiddle();
    const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', ...hostedDaemonSet(CALICO) };
    await kubectl(live.world, [
      '-n',
      'kube-system',
      'delete',
      'daemonset',
      'calico-node',
      '--cascade=orphan',
    ]);
    const { message } = await live.untilPhase(name, 'Stopped');
    assert.match(message, /DaemonSet kube-system\/calico-node was deleted in the meantime/);
    await kubectlApply(live.world, daemonSet);
    await patchSpec(live.world, name, { resume: '1' });
    await live.untilPhase(name, 'Complete');
    const images = new Set((await live.world.nodeImages()).values());
    assert.deepEqual([...images], ['quay.io/calico/node:v2.6.12']);
  });

  it('to look after its nodes when its manifests are gone: a controller that starts then is at work', async () => {
    await live.startAnew();
    const data = { 'config.yaml': JSON.stringify({ ...hostedConfigMap(CALICO), kind: 'ConfigMap' }) };
    const metadata = { name: 'made-of', namespace: 'calico-upgrade' };
    await kubectlApply(live.world, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    const name = await live.upgrade({ manifests: [{ configMap: 'made-of' }] });
    await live.untilPhase(name, 'Complete');
    await kubectl(live.world, ['-n', 'calico-upgrade', 'delete', 'configmap', 'made-of']);
    await live.killController();
    live.startController();
    await live.controller.says('this controller is the one at work');
    await sleep(1_500);
    assert.equal(live.controller.child.exitCode, null, live.controller.log());
    assert.doesNotMatch(live.controller.log(), /made-of/);
    assert.equal((await live.world.status(name))?.phase, 'Complete');
  });
});
