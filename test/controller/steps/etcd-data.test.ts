import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { imagesIn } from '../../../controller/target/images.ts';
import type { Phase, UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { DEPLOYMENTS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../../jobs/lib/kubernetes/discovery.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { objectPath } from '../../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import type { PodBehaviour } from '../../kubelets/behaviour.ts';
import type { PodFacts } from '../../kubelets/facts.ts';
import { isPodEntry } from '../../kubelets/history.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import { startWorld, type World } from '../world.ts';
import { ended } from './played-jobs.ts';

const SPEC = { targetVersion: 'v3.0.12' };
const IMAGES_2 = ['quay.io/calico/node:v2.6.12', 'quay.io/calico/kube-controllers:v1.0.5'];
const IMAGES_3 = ['quay.io/calico/node:v3.0.12', 'quay.io/calico/kube-controllers:v3.0.12'];

const imageOf = ({ containers }: PodFacts): string =>
  containers.find(({ name }) => name === 'calico-node')?.image ?? '';

/** Jobs by their names, and which calico-node a node got, in the order of their begin. */
function storyOf({ kubelets }: World): readonly string[] {
  return kubelets.history().flatMap(entry => {
    if (!isPodEntry(entry) || entry.what !== 'pod-bound') return [];
    const { labels } = entry.pod;
    const job = labels['job-name']?.replace(/^calico-upgrade-(.*)-[0-9a-f]{8}$/, '$1');
    if (job !== undefined) return [job];
    return labels['k8s-app'] === 'calico-node' ? [`${entry.node} ${imageOf(entry.pod).split(':')[1]}`] : [];
  });
}

/** While the data is paused, Felix of 3.0 waits for it, so that no pod is Ready. */
const PAUSED = (pod: PodFacts): PodBehaviour => {
  if (pod.labels['job-name'] !== undefined) return { ends: () => ended('done as it should be') };
  const isNew = imageOf(pod) === IMAGES_3[0];
  return { pullMs: 20, readyMs: isNew ? Number.POSITIVE_INFINITY : 50, bird: { runsUnready: true } };
};

describe('an upgrade from 2.6 to 3.0 with the data in etcd', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    const calico = { release: '2.6.12', datastore: 'etcd' } as const;
    world = await startWorld({ nodes: 2, calico, install: hostedEtcd('2.6.12'), behaviour: PAUSED });
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** Of the pods of calico-node, and of the Deployment. */
  async function images(): Promise<readonly string[]> {
    const resource = await firstServed(world.client, DEPLOYMENTS);
    const found = resource && (await get(world.client, resource, 'calico-kube-controllers', 'kube-system'));
    return [...new Set((await world.nodeImages()).values()), ...(found ? imagesIn(found) : [])];
  }

  const phase = (name: string, wanted: Phase): Promise<UpgradeStatus> =>
    world.until(name, wanted, status => status.phase === wanted);

  /** The data is no longer paused: every pod of calico-node becomes Ready. */
  async function endPause(): Promise<void> {
    const pods = await list(world.client, PODS, {
      namespace: 'kube-system',
      labelSelector: 'k8s-app=calico-node',
    });
    for (const { metadata } of pods ?? []) {
      await world.client.request({
        method: 'PATCH',
        path: `${objectPath(PODS, metadata.name, metadata.namespace)}/status`,
        contentType: 'application/strategic-merge-patch+json',
        body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      });
    }
  }

  test('moves the data, replaces nodes that are not Ready while it is paused, and waits before the last step', async () => {
    await world.apply('to-3.0', SPEC);
    const { message } = await phase('to-3.0', 'WaitingForApproval');
    assert.match(
      message,
      /no abort\. To agree: kubectl patch calicoupgrade to-3\.0 .*"approvals":\["complete"\]/,
    );
    assert.deepEqual(storyOf(world), ['etcd', 'n1 v3.0.12', 'n2 v3.0.12']);
    assert.deepEqual(await images(), IMAGES_3);
  });

  test('goes back from there: first the data, then the controllers and every node', async () => {
    world.kubelets.forgetHistory();
    await world.apply('to-3.0', { ...SPEC, rollback: true });
    const { message, steps = [] } = await phase('to-3.0', 'RolledBack');
    assert.equal(message, 'Calico is as it was before: 2.6.12');
    const [first, ...nodes] = storyOf(world);
    // Neither node is Ready, so that none loses a turn: the first is the one that has its images first.
    assert.deepEqual([first, ...nodes.toSorted()], ['etcd-abort', 'n1 v2.6.12', 'n2 v2.6.12']);
    assert.deepEqual(await images(), IMAGES_2);
    assert.deepEqual(
      steps.map(({ name, state }) => `${name} ${state}`),
      ['data-abort Done', 'manifests Done', 'kube-controllers Done', 'node-rollout Done', 'verify Done'],
    );
  });

  test('completes when that is agreed to, and is complete when every node is Ready', async () => {
    world.kubelets.forgetHistory();
    await world.apply('again', { ...SPEC, approvals: ['complete'] });
    const waits = await world.until('again', 'the last step', ({ steps = [] }) =>
      steps.some(
        ({ name, state, message = '' }) =>
          name === 'complete' && state === 'Running' && message.includes('n1'),
      ),
    );
    assert.equal(waits.phase, 'Progressing');
    assert.deepEqual(storyOf(world), ['etcd', 'n1 v3.0.12', 'n2 v3.0.12', 'etcd-complete']);
    await endPause();
    const { message } = await phase('again', 'Complete');
    assert.match(
      message,
      /^Calico 2\.6\.12 is upgraded to 3\.0\.12; old data stays until .*"approvals":\["complete","clean-up"\]/,
    );
    assert.deepEqual(await images(), IMAGES_3);
  });

  test('does not go back after that, and says so', async () => {
    world.kubelets.forgetHistory();
    await world.apply('again', { ...SPEC, approvals: ['complete'], rollback: true });
    const { message } = await phase('again', 'Stopped');
    assert.match(message, /^step complete is done, after which there is no way back by itself/);
    assert.deepEqual(storyOf(world), []);
    assert.deepEqual(await images(), IMAGES_3);
  });
});
