import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { defineTprs } from '../../cluster/seed.ts';
import type { PodBehaviour } from '../../kubelets/behaviour.ts';
import type { PodFacts } from '../../kubelets/facts.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { startWorld, type World } from '../world.ts';
import { putConfigMap } from './config-maps.ts';
import { playJobs } from './played-jobs.ts';

const NAMESPACE = 'calico-monitoring';
const TPR = 'global-config.projectcalico.org';

const workload = (kind: 'Deployment' | 'DaemonSet', name: string, image = 'example/operator:1') => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name, namespace: NAMESPACE } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } },
  },
});

const crd = (kind: string) => {
  const singular = kind.toLowerCase();
  const names = { kind, singular, plural: `${singular}s` };
  return {
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.example.com` },
    spec: { group: 'example.com', version: 'v1', scope: 'Namespaced', names },
  };
};

const SPEC = {
  targetVersion: 'v2.6.12',
  backup: 'none',
  registry: 'registry.example.com',
  addOns: [
    {
      configMap: 'operator',
      waitFor: [
        { kind: 'CustomResourceDefinition', name: 'monitors.example.com' },
        { kind: 'ThirdPartyResource', name: TPR },
      ],
    },
    { configMap: 'resources', keys: ['second.yaml', 'first.yaml'] },
    { configMap: 'manager' },
  ],
};

describe('the add-ons of an upgrade', () => {
  let world: World;
  let controller: ControllerProcess;

  const play = (pod: PodFacts): PodBehaviour =>
    playJobs({}, { pullMs: 20, readyMs: pod.labels.app === undefined ? 50 : 500 })(pod, '');

  before(async () => {
    const calico = { release: '2.6.12' } as const;
    world = await startWorld({ nodes: 2, calico, behaviour: play });
    const { cluster } = world;
    await putConfigMap(cluster, 'operator', {
      'operator.yaml': [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
        workload('Deployment', 'operator'),
      ],
    });
    const monitor = (name: string) => ({
      apiVersion: 'example.com/v1',
      kind: 'Monitor',
      metadata: { name, namespace: NAMESPACE },
    });
    await putConfigMap(cluster, 'resources', {
      'first.yaml': [monitor('first')],
      'second.yaml': [monitor('second')],
      'third.yaml': 'this: is not asked for',
    });
    await putConfigMap(cluster, 'manager', {
      'manager.yaml': [workload('DaemonSet', 'manager', 'quay.io/manager:2')],
    });
    controller = world.startController();
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await world.cluster.kubectl(args);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };

  const waitsFor = (what: string): Promise<UpgradeStatus> =>
    world.until('with-add-ons', what, ({ message }) => message.endsWith(`: waits for ${what}`));

  test('stop at what the controller may not do, and name the right', async () => {
    await world.apply('with-add-ons', SPEC);
    const { message, steps = [] } = await world.until(
      'with-add-ons',
      'Stopped',
      ({ phase }) => phase === 'Stopped',
    );
    assert.match(
      message,
      /^add-ons: Namespace calico-monitoring \(ConfigMap operator, key operator\.yaml, document 1\) cannot be applied, since we may not: create namespaces\. Grant this right/,
    );
    assert.equal(steps.find(({ name }) => name === 'verify')?.state, 'Done');
  });

  test('come one after the other, when what is to be there after one is there: a Deployment, a CRD, a TPR', async () => {
    const account = '--serviceaccount=calico-upgrade:calico-upgrade-controller';
    await kubectl('create', 'clusterrolebinding', 'add-ons', '--clusterrole=cluster-admin', account);
    await world.apply('with-add-ons', { ...SPEC, resume: '1' });
    await waitsFor('CustomResourceDefinition monitors.example.com');
    assert.match(await kubectl('-n', NAMESPACE, 'get', 'deployments', '-o', 'name'), /operator/);
    assert.equal(await kubectl('-n', NAMESPACE, 'get', 'daemonsets', '-o', 'name'), '');
    // As the operator does when it runs.
    await world.cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(crd('Monitor')) });
    await waitsFor(`ThirdPartyResource ${TPR}`);
    await defineTprs(world.client, [TPR]);
    const { steps = [] } = await world.until('with-add-ons', 'Complete', ({ phase }) => phase === 'Complete');
    assert.equal(steps.find(({ name }) => name === 'add-ons')?.message, '3 applied');
  });

  test('are applied in the order of their keys, those that are named, each once', () => {
    const applied = [...controller.log().matchAll(/ apply +(.* created)$/gm)].map(([, text]) => text);
    assert.deepEqual(applied, [
      `Namespace ${NAMESPACE} created`,
      'Deployment operator created',
      'Monitor second created',
      'Monitor first created',
      'DaemonSet manager created',
    ]);
    assert.ok(!controller.log().includes('Deployment operator unchanged'));
  });

  test('take their images from the registry of the spec, and are rolled out in the end', async () => {
    const image =
      '-o=jsonpath={.spec.template.spec.containers[0].image} {.status.numberReady}{.status.readyReplicas}';
    const of = (kind: string, name: string) => kubectl('-n', NAMESPACE, 'get', kind, name, image);
    assert.equal(await of('deployment', 'operator'), 'registry.example.com/example/operator:1 1');
    assert.equal(await of('daemonset', 'manager'), 'registry.example.com/manager:2 2');
  });
});
