import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { podSpecOf } from '../../../controller/target/pod-spec.ts';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, JOBS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../../jobs/lib/kubernetes/discovery.ts';
import { fieldsOf, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { defineTprs } from '../../cluster/seed.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { defineCrds, startWorld, type World } from '../world.ts';
import { ended, playJobs } from './played-jobs.ts';

const READY = { pullMs: 20, readyMs: 50 };
const WHILE_UPGRADING = 'calico-upgrade-while-upgrading';
const REFUSAL = 'IPPool 10.0.0.0-8 has another copy already: decide which one counts';

const SPEC = {
  targetVersion: 'v2.6.12',
  registry: 'registry.example.com/mirror',
  imagePullSecrets: [{ name: 'registry-credentials' }],
};

const stateOf = ({ steps = [] }: UpgradeStatus, name: string) => steps.find(step => step.name === name);

/** The steps that were begun, in the order of their begin. */
const begunIn = ({ steps = [] }: UpgradeStatus): readonly string[] =>
  steps.filter(({ startedAt }) => startedAt !== undefined).map(({ name }) => name);

describe('an upgrade from 2.4 to 2.6 with data in ThirdPartyResources', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    world = await startWorld({ nodes: 2, calico: { release: '2.4.1' }, behaviour: () => READY });
    await defineTprs(world.client);
    await defineCrds(world.cluster);
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const jobs = async (): Promise<readonly KubeObject[]> =>
    (await list(world.client, JOBS, { namespace: 'default' })) ?? [];

  const jobNamed = async (name: string): Promise<KubeObject> => {
    const found = (await jobs()).find(({ metadata }) => metadata.name.startsWith(name));
    assert.ok(found, `no Job ${name}`);
    return found;
  };

  const ofCluster = async (forms: readonly Resource[], name: string): Promise<KubeObject | undefined> => {
    const resource = await firstServed(world.client, forms);
    assert.ok(resource);
    return get(world.client, resource, name);
  };

  const replaced = () =>
    world.kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'calico-node').length;

  test('shows the plan and does nothing while it is paused from its beginning', async () => {
    await world.apply('to-2.6', { ...SPEC, paused: true });
    const status = await world.until('to-2.6', 'Paused', ({ phase }) => phase === 'Paused');
    assert.equal(status.message, 'paused before backup');
    assert.deepEqual([status.from, status.target], ['2.4.1', '2.6.12']);
    assert.deepEqual(
      status.steps?.map(({ name, state }) => `${name} ${state}`),
      [
        'backup Pending',
        'policy-conversion NotNeeded',
        'data-migration Pending',
        'manifests Pending',
        'kube-controllers NotNeeded',
        'node-rollout Pending',
        'verify Pending',
        'complete NotNeeded',
        'add-ons NotNeeded',
        'clean-up Pending',
      ],
    );
    assert.deepEqual([await jobs(), replaced()], [[], 0]);
  });

  test('stops where the job of a step is refused, with its sentence, and does no step after it', async () => {
    world.kubelets.setBehaviour(playJobs({ 'calico-upgrade-v2.5': [ended(REFUSAL, 'refused')] }, READY));
    await world.apply('to-2.6', SPEC);
    const status = await world.until('to-2.6', 'Stopped', ({ phase }) => phase === 'Stopped');
    assert.ok(status.message.includes(REFUSAL), status.message);
    assert.match(status.message, /kubectl -n default logs -l job-name=calico-upgrade-v2.5-\w{8}/);
    assert.match(status.message, /kubectl patch calicoupgrade to-2.6 .*"resume":"1"/);
    assert.deepEqual(begunIn(status), ['backup', 'data-migration']);
    assert.equal(stateOf(status, 'data-migration')?.state, 'Failed');
    assert.equal(await ofCluster(CLUSTER_ROLES, WHILE_UPGRADING), undefined);
    assert.equal(replaced(), 0);
  });

  test('makes the Job from the manifest, for the target and from the registry of the spec', async () => {
    const job = await jobNamed('calico-upgrade-v2.5');
    const podSpec = podSpecOf(job);
    const [container = {}] = recordsOf(podSpec?.containers);
    assert.equal(container.image, 'registry.example.com/mirror/calico-upgrade/job:0.1.0');
    assert.deepEqual(podSpec?.imagePullSecrets, SPEC.imagePullSecrets);
    const target = recordsOf(container.env).find(({ name }) => name === 'CALICO_UPGRADE_TARGET_VERSION');
    assert.equal(target?.value, '2.6.12');
  });

  test('resumed, it makes the Job anew, lets it try again after a failure, and goes on to the end', async () => {
    const before = await jobNamed('calico-upgrade-v2.5');
    const runs = [ended('the API server does not answer', 'failed'), ended('7 objects copied')];
    world.kubelets.setBehaviour(playJobs({ 'calico-upgrade-v2.5': runs }, READY));
    world.kubelets.forgetHistory();
    await world.apply('to-2.6', { ...SPEC, resume: '1' });
    const status = await world.until('to-2.6', 'Complete', ({ phase }) => phase === 'Complete');
    const job = await jobNamed('calico-upgrade-v2.5');
    assert.notEqual(job.metadata.uid, before.metadata.uid);
    assert.equal(stateOf(status, 'data-migration')?.message, '7 objects copied');
    assert.deepEqual(begunIn(status), ['backup', 'data-migration', 'manifests', 'node-rollout', 'verify']);
    assert.deepEqual(
      [...(await world.nodeImages()).values()],
      ['registry.example.com/mirror/calico/node:v2.6.12', 'registry.example.com/mirror/calico/node:v2.6.12'],
    );
    assert.equal(replaced(), 2);
  });

  test('gives the nodes the rights of both releases before the first one is replaced', () => {
    const log = controller.log();
    const places = [
      `ClusterRole ${WHILE_UPGRADING} created`,
      `ClusterRoleBinding ${WHILE_UPGRADING} created`,
      'nodes 1/2',
      'ClusterRole calico-node created',
      `ClusterRole ${WHILE_UPGRADING} deleted`,
    ].map(text => log.indexOf(text));
    assert.ok(
      places.every(place => place >= 0),
      `${places}`,
    );
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  test('leaves the narrow rights in the end, and takes those of the old release back', async () => {
    const role = await ofCluster(CLUSTER_ROLES, 'calico-node');
    const groups = recordsOf(role?.rules).flatMap(({ apiGroups }) => apiGroups);
    assert.ok(groups.includes('crd.projectcalico.org') && !groups.includes('projectcalico.org'));
    for (const forms of [CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS])
      assert.equal(await ofCluster(forms, WHILE_UPGRADING), undefined);
  });

  test('keeps the old data until its deletion is agreed to, and says how', async () => {
    const status = await world.status('to-2.6');
    assert.match(
      status?.message ?? '',
      /upgraded to 2\.6\.12; old data stays until it is agreed .*"approvals":\["clean-up"\]/,
    );
    assert.equal((await jobs()).length, 2);
    await world.apply('to-2.6', { ...SPEC, resume: '1', approvals: ['clean-up'] });
    await world.until('to-2.6', 'clean-up', now => stateOf(now, 'clean-up')?.state === 'Done');
    const job = await jobNamed('calico-upgrade-tpr-cleaner');
    const [container = {}] = recordsOf(podSpecOf(job)?.containers);
    const confirm = recordsOf(container.env).find(({ name }) => name === 'CALICO_UPGRADE_CONFIRM');
    assert.deepEqual([container.args, confirm?.value], [['tpr-cleaner'], 'true']);
    assert.equal(fieldsOf(job.status).failed, undefined);
    await world.until(
      'to-2.6',
      'the end',
      ({ phase, message }) => phase === 'Complete' && message === 'Calico 2.4.1 is upgraded to 2.6.12',
    );
  });
});
