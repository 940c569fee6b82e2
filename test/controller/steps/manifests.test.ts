import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { imagesIn } from '../../../controller/target/images.ts';
import { CONFIG_MAPS, DAEMON_SETS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../../jobs/lib/kubernetes/discovery.ts';
import { fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get, mergePatch } from '../../../jobs/lib/kubernetes/write.ts';
import { type HostedRelease, hostedConfigMap, hostedDaemonSet } from '../../kubelets/hosted-calico.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { startWorld, type World } from '../world.ts';
import { putConfigMap } from './config-maps.ts';
import { playJobs } from './played-jobs.ts';

const SYSTEM = 'kube-system';

const specOf = (targetVersion: string, fields: object = {}) => ({
  ...{ targetVersion, backup: 'none', registry: 'registry.example.com' },
  manifests: [{ configMap: 'calico', keys: ['config.yaml', 'calico.yaml'] }],
  ...fields,
});

/** `calico-config` of a manifest, with a key more. */
function configMap(key: string): KubeObject {
  const given = hostedConfigMap({ release: '2.6.12' });
  return { ...given, data: { ...fieldsOf(given.data), [key]: 'as the manifest has it' } };
}

const daemonSet = (release: HostedRelease): KubeObject => ({
  ...hostedDaemonSet({ release }),
  kind: 'DaemonSet',
});

describe('manifests of the target in ConfigMaps', () => {
  let world: World;
  let controller: ControllerProcess;

  before(async () => {
    world = await startWorld({
      nodes: 2,
      calico: { release: '2.5.1' },
      behaviour: playJobs({}, { pullMs: 20, readyMs: 50 }),
    });
    controller = world.startController();
    const added = () => ({ data: { 'added-by-hand': 'and nobody else' } });
    await mergePatch(world.client, CONFIG_MAPS, 'calico-config', added, SYSTEM);
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const put = (keys: Parameters<typeof putConfigMap>[2]) => putConfigMap(world.cluster, 'calico', keys);

  /** The message of the stop that follows on a change of the spec. */
  async function stopped(resume: string): Promise<string> {
    await world.apply('to-2.6', specOf('v2.6.2', { resume }));
    const fresh = await world.until(
      'to-2.6',
      `Stopped after resume ${resume}`,
      ({ phase, message }) => phase === 'Stopped' && message.includes(`"resume":"${Number(resume) + 1}"`),
    );
    return fresh.message;
  }

  async function configKeys(): Promise<readonly string[]> {
    const found = await get(world.client, CONFIG_MAPS, 'calico-config', SYSTEM);
    return Object.keys(fieldsOf(found?.data)).filter(key => key !== 'cni_network_config');
  }

  async function liveDaemonSet(): Promise<KubeObject> {
    const resource = await firstServed(world.client, DAEMON_SETS);
    const found = resource && (await get(world.client, resource, 'calico-node', SYSTEM));
    assert.ok(found);
    return found;
  }

  test('stop the upgrade before its first step where the ConfigMap is missing, and say how to make it', async () => {
    const message = await stopped('0');
    const { steps = [] } = (await world.status('to-2.6')) ?? {};
    assert.ok(steps.length > 0 && steps.every(({ startedAt }) => startedAt === undefined));
    assert.match(
      message,
      /^preflight: ConfigMap calico-upgrade\/calico does not exist, which the spec names: kubectl -n calico-upgrade create configmap calico --from-file=FILE/,
    );
  });

  test('stop it where a key is missing, and where one is no YAML or no object, with the place', async () => {
    await put({ 'calico.yaml': [daemonSet('2.6.2')] });
    assert.match(
      await stopped('1'),
      /^preflight: ConfigMap calico-upgrade\/calico has no key config\.yaml; it has calico\.yaml\. /,
    );
    await put({ 'config.yaml': 'a: b: c', 'calico.yaml': '---\nkind: DaemonSet\n' });
    const message = await stopped('2');
    assert.match(message, /^preflight: ConfigMap calico, key config\.yaml, document 1 /);
    assert.match(message, /ConfigMap calico, key calico\.yaml, document 1 has no apiVersion/);
  });

  test('stop it where they are those of another release', async () => {
    await put({ 'config.yaml': [configMap('first')], 'calico.yaml': [daemonSet('2.6.12')] });
    assert.match(
      await stopped('3'),
      /^preflight: .* has quay\.io\/calico\/node:v2\.6\.12, which is Calico 2\.6\.12, and spec\.targetVersion is 2\.6\.2\./,
    );
    assert.equal(world.kubelets.deletions().length, 0);
  });

  test('are read anew when it is resumed, and applied with their images in the registry of the spec', async () => {
    await put({ 'config.yaml': [configMap('first')], 'calico.yaml': [daemonSet('2.6.2')] });
    await world.apply('to-2.6', specOf('v2.6.2', { resume: '4' }));
    const { steps = [] } = await world.until('to-2.6', 'Complete', ({ phase }) => phase === 'Complete');
    assert.equal(
      steps.find(({ name }) => name === 'manifests')?.message,
      '0 created, 1 changed, 0 unchanged',
    );
    const images = ['registry.example.com/calico/node:v2.6.2', 'registry.example.com/calico/cni:v1.11.0'];
    assert.deepEqual(imagesIn(await liveDaemonSet()), images);
    assert.deepEqual([...new Set((await world.nodeImages()).values())], images.slice(0, 1));
  });

  test('are applied as kubectl does: what they no longer have goes, what others added stays', async () => {
    assert.deepEqual((await configKeys()).toSorted(), ['added-by-hand', 'first']);
    await put({ 'config.yaml': [configMap('second')], 'calico.yaml': [daemonSet('2.6.12')] });
    await world.apply('to-2.6.12', specOf('v2.6.12'));
    await world.until('to-2.6.12', 'Complete', ({ phase }) => phase === 'Complete');
    assert.deepEqual((await configKeys()).toSorted(), ['added-by-hand', 'second']);
  });

  test('restart the nodes also where only calico-config is another', async () => {
    world.kubelets.forgetHistory();
    await put({ 'config.yaml': [configMap('third')], 'calico.yaml': [daemonSet('2.6.12')] });
    await world.apply('config-only', specOf('v2.6.12'));
    await world.until('config-only', 'Complete', ({ phase }) => phase === 'Complete');
    assert.deepEqual((await configKeys()).toSorted(), ['added-by-hand', 'third']);
    const replaced = world.kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'calico-node');
    assert.deepEqual(
      replaced.map(({ node }) => node),
      ['n1', 'n2'],
    );
  });
});
