import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { imagesIn } from '../../../controller/target/images.ts';
import { AT_WORK_ANNOTATION, FROM_ANNOTATION } from '../../../jobs/lib/calico/upgrade/annotations.ts';
import { CLUSTER_ROLES, DAEMON_SETS, DEPLOYMENTS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../../jobs/lib/kubernetes/discovery.ts';
import { fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import type { PodFacts } from '../../kubelets/facts.ts';
import { isPodEntry } from '../../kubelets/history.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import { startWorld, type World, waitFor } from '../world.ts';

const OLD = 'calico-policy-controller';
const NEW = 'calico-kube-controllers';

const isController = ({ labels }: PodFacts): boolean =>
  ['calico-policy', NEW].includes(labels['k8s-app'] ?? '');

const nameOf = ({ name }: PodFacts): string => name.replace(/-[0-9a-f]+-\w+$/, '');

/** From when a pod is bound until it is gone: what the controllers did, `+` for a begin. */
function lifeOfControllers({ kubelets }: World): readonly string[] {
  return kubelets.history().flatMap(entry => {
    if (!isPodEntry(entry) || !isController(entry.pod)) return [];
    if (entry.what === 'pod-bound') return [`+${nameOf(entry.pod)}`];
    return entry.what === 'pod-gone' ? [`-${nameOf(entry.pod)}`] : [];
  });
}

describe('the controllers of an etcd datastore', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    world = await startWorld({
      nodes: 2,
      calico: { release: '2.5.1', datastore: 'etcd' },
      install: hostedEtcd('2.5.1'),
      // Slow to end: who does not wait for it has two at once.
      behaviour: pod => ({ pullMs: 20, readyMs: 50, terminateMs: isController(pod) ? 700 : 0 }),
    });
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  async function deployment(name: string): Promise<KubeObject | undefined> {
    const resource = await firstServed(world.client, DEPLOYMENTS);
    assert.ok(resource);
    return get(world.client, resource, name, 'kube-system');
  }

  const complete = (name: string) => world.until(name, 'Complete', ({ phase }) => phase === 'Complete');

  test('of 2.6 take the place of the policy controller, and never two are at work', async () => {
    await world.apply('controllers', { targetVersion: 'v2.6.12', components: ['kubeControllers'] });
    const { steps = [] } = await complete('controllers');
    assert.deepEqual(lifeOfControllers(world), [`-${OLD}`, `+${NEW}`]);
    assert.equal(fieldsOf((await deployment(OLD))?.spec).replicas, 0);
    const present = await deployment(NEW);
    assert.ok(present);
    assert.deepEqual(imagesIn(present), ['quay.io/calico/kube-controllers:v1.0.5']);
    const { replicas, strategy } = fieldsOf(present.spec);
    assert.deepEqual([replicas, fieldsOf(strategy).type], [1, 'Recreate']);
    assert.equal(
      steps.find(({ name }) => name === 'kube-controllers')?.message,
      `Deployment ${NEW} runs once`,
    );
  });

  test('get their rights before they start', async () => {
    const roles = await firstServed(world.client, CLUSTER_ROLES);
    assert.ok(roles && (await get(world.client, roles, NEW)));
    const log = controller.log();
    const [role, created] = [`ClusterRole ${NEW} created`, `Deployment ${NEW} created`].map(text =>
      log.indexOf(text),
    );
    assert.ok(role !== undefined && created !== undefined && role >= 0 && role < created);
  });

  test('are upgraded without the nodes, where the spec names only them', async () => {
    assert.deepEqual([...new Set((await world.nodeImages()).values())], ['quay.io/calico/node:v2.5.1']);
    assert.equal(
      world.kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'calico-node').length,
      0,
    );
    world.kubelets.forgetHistory();
    await world.apply('nodes', { targetVersion: 'v2.6.12', components: ['node', 'cni'] });
    await complete('nodes');
    assert.deepEqual([...new Set((await world.nodeImages()).values())], ['quay.io/calico/node:v2.6.12']);
    assert.deepEqual(lifeOfControllers(world), []);
  });

  test('are those of before again when the upgrade goes back, one at any time', async () => {
    world.kubelets.forgetHistory();
    const spec = { targetVersion: 'v2.6.12', components: ['kubeControllers'] };
    await world.cluster.kubectl(['delete', 'calicoupgrade', 'nodes']);
    await world.apply('controllers', { ...spec, rollback: true });
    await world.until('controllers', 'RolledBack', ({ phase }) => phase === 'RolledBack');
    assert.deepEqual(lifeOfControllers(world), [`-${NEW}`, `+${OLD}`]);
    assert.equal(fieldsOf((await deployment(OLD))?.spec).replicas, 1);
    assert.equal(fieldsOf((await deployment(NEW))?.spec).replicas, 0);
  });

  test('are those of before again also after an upgrade that was deleted in the middle, and another one', async () => {
    const spec = { targetVersion: 'v2.6.12', components: ['kubeControllers'] };
    await world.cluster.kubectl(['delete', 'calicoupgrades', '--all']);
    world.kubelets.setBehaviour(({ labels }) => ({ readyMs: labels['k8s-app'] === NEW ? 60_000 : 50 }));
    world.kubelets.forgetHistory();
    await world.apply('left', spec);
    await waitFor('the new controllers', async () => lifeOfControllers(world).includes(`+${NEW}`));
    await world.cluster.kubectl(['delete', 'calicoupgrade', 'left']);
    world.kubelets.setBehaviour(() => ({ readyMs: 50 }));
    await world.cluster.kubectl(['-n', 'kube-system', 'delete', 'pods', '-l', `k8s-app=${NEW}`]);
    await world.apply('next', spec);
    await complete('next');
    await world.apply('next', { ...spec, rollback: true });
    await world.until('next', 'RolledBack', ({ phase }) => phase === 'RolledBack');
    assert.equal(fieldsOf((await deployment(OLD))?.spec).replicas, 1);
    assert.equal(fieldsOf((await deployment(NEW))?.spec).replicas, 0);
  });

  test('leave no note of an upgrade on the DaemonSet, which it has not changed', async () => {
    const [daemonSets] = DAEMON_SETS;
    assert.ok(daemonSets);
    const daemonSet = await get(world.client, daemonSets, 'calico-node', 'kube-system');
    for (const note of [AT_WORK_ANNOTATION, FROM_ANNOTATION])
      assert.equal(daemonSet?.metadata.annotations?.[note], undefined, note);
  });
});
