import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { imagesIn } from '../../../controller/target/images.ts';
import { CLUSTER_INFORMATIONS, FELIX_CONFIGURATIONS } from '../../../jobs/lib/calico/crd-kinds.ts';
import {
  CLUSTER_ROLES,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
} from '../../../jobs/lib/kubernetes/builtin.ts';
import { ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import { firstServed } from '../../../jobs/lib/kubernetes/discovery.ts';
import { fieldsOf, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { hostedCanal } from '../hosted/kdd.ts';
import { defineCrds, startWorld, type World } from '../world.ts';
import { playJobs } from './played-jobs.ts';

const READY = { pullMs: 20, readyMs: 50 };

describe('an upgrade of Canal', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    world = await startWorld({
      nodes: 2,
      calico: { release: '2.4.1' },
      install: hostedCanal('1.6'),
      behaviour: playJobs({}, READY),
    });
    await defineCrds(world.cluster);
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const read = async (forms: readonly Resource[], name: string, namespace?: string): Promise<KubeObject> => {
    const resource = await firstServed(world.client, forms);
    const object = resource && (await get(world.client, resource, name, namespace));
    assert.ok(object, `no ${name}`);
    return object;
  };

  const phase = (name: string, wanted: string) =>
    world.until(name, wanted, status => status.phase === wanted);

  /** The groups that the ClusterRole calico gives rights on. */
  const groups = async (): Promise<readonly unknown[]> =>
    recordsOf((await read(CLUSTER_ROLES, 'calico')).rules).flatMap(({ apiGroups }) => apiGroups);

  test('from 2.4 to 2.6 replaces the pods of the DaemonSet canal, without a look at BGP, and leaves flannel as it is', async () => {
    world.kubelets.setBehaviour(playJobs({}, { ...READY, exec: 'refused' }));
    await world.apply('to-2.6', { targetVersion: 'v2.6.12' });
    await phase('to-2.6', 'Complete');
    assert.deepEqual(imagesIn(await read(DAEMON_SETS, 'canal', 'kube-system')), [
      'quay.io/calico/node:v2.6.12',
      'quay.io/calico/cni:v1.11.8',
      'quay.io/coreos/flannel:v0.9.1',
    ]);
    assert.equal((await world.nodeImages()).size, 2);
    assert.deepEqual([...new Set((await world.nodeImages()).values())], ['quay.io/calico/node:v2.6.12']);
    const deleted = world.kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'canal');
    assert.deepEqual(
      deleted.map(({ node }) => node),
      ['n1', 'n2'],
    );
  });

  test('has the rights of rbac-canal.yaml in the end, and the DaemonSet its own way to replace pods', async () => {
    assert.ok(!(await groups()).includes('projectcalico.org'));
    assert.ok(await read(CLUSTER_ROLES, 'flannel'));
    const { updateStrategy } = fieldsOf((await read(DAEMON_SETS, 'canal', 'kube-system')).spec);
    assert.deepEqual(updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } });
  });

  test('to 3.0 stops at its end where a kind is missing that 3.0 reads, and says which', async () => {
    await world.apply('to-3.0', { targetVersion: 'v3.0.12' });
    const { message, steps = [] } = await phase('to-3.0', 'Stopped');
    assert.match(
      message,
      /^verify: felixconfigurations\S* is not defined, which Calico 3\.0\.12 reads its configuration from\. To go on: /,
    );
    assert.equal(steps.find(({ name }) => name === 'data-migration')?.state, 'Done');
    const role = await read(CLUSTER_ROLES, 'calico');
    assert.ok(
      recordsOf(role.rules).some(({ resources }) =>
        JSON.stringify(resources).includes('felixconfigurations'),
      ),
    );
  });

  test('goes on when the kind is there and somebody says so', async () => {
    const api = await firstServed(world.client, CUSTOM_RESOURCE_DEFINITIONS);
    assert.ok(api);
    for (const kind of [FELIX_CONFIGURATIONS, CLUSTER_INFORMATIONS])
      await ensureCrd(world.client, api, kind, AbortSignal.timeout(30_000));
    await world.apply('to-3.0', { targetVersion: 'v3.0.12', resume: '1' });
    const { message } = await phase('to-3.0', 'Complete');
    assert.equal(message, 'Calico 2.6.12 is upgraded to 3.0.12');
    assert.deepEqual([...new Set((await world.nodeImages()).values())], ['quay.io/calico/node:v3.0.12']);
  });
});
