import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containersOf } from '../../../jobs/lib/calico/container-env.ts';
import { fieldsOf, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { isPodEntry } from '../../kubelets/history.ts';
import { hostedConfigMap } from '../../kubelets/hosted-calico.ts';
import { deletedOn, kubectl, kubectlApply, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({ nodes: 2, calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' } });

const podSpec = (daemonSet: KubeObject) => fieldsOf(fieldsOf(fieldsOf(daemonSet.spec).template).spec);

const imagesOf = (daemonSet: KubeObject): Readonly<Record<string, string>> =>
  Object.fromEntries(containersOf(podSpec(daemonSet)).map(({ name, image }) => [name, image]));

const OLD = { node: 'quay.io/calico/node:v2.6.2', cni: 'quay.io/calico/cni:v1.11.0' };
const NEW = { node: 'quay.io/calico/node:v2.6.12', cni: 'quay.io/calico/cni:v1.11.8' };

/** Upgrades to the end, from what was installed unless `goesOn`. */
async function complete(spec: object, goesOn = false): Promise<string> {
  if (!goesOn) await live.startAnew();
  const name = await live.upgrade(spec);
  await live.untilPhase(name, 'Complete');
  return name;
}

describe('what an upgrade changes', () => {
  it('a changed calico-config alone leads to a restart node by node, and the same once more to none', async () => {
    const config = hostedConfigMap({ release: '2.6.2' });
    const data = { ...fieldsOf(config.data), veth_mtu: '1410' };
    const manifest = { ...config, kind: 'ConfigMap', data };
    await kubectlApply(live.world, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'new-config', namespace: 'calico-upgrade' },
      data: { 'calico-config.yaml': JSON.stringify(manifest) },
    });
    const spec = { targetVersion: 'v2.6.2', manifests: [{ configMap: 'new-config' }] };
    await complete(spec);
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
    assert.deepEqual(imagesOf(await live.daemonSet()), { 'calico-node': OLD.node, 'install-cni': OLD.cni });
    await complete(spec, true);
    await sleep(500);
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2'], 'no further restart');
  });

  it('to what is installed already restarts nothing', async () => {
    await complete({ targetVersion: 'v2.6.2' });
    await sleep(500);
    assert.deepEqual(deletedOn(live.world), []);
    assert.equal(fieldsOf(fieldsOf((await live.daemonSet()).spec).updateStrategy).type, 'RollingUpdate');
  });

  it('is limited by spec.components, so that parts can be upgraded one at a time', async () => {
    await complete({ components: ['cni'] });
    assert.deepEqual(imagesOf(await live.daemonSet()), { 'calico-node': OLD.node, 'install-cni': NEW.cni });
    await complete({ components: ['node'] }, true);
    assert.deepEqual(imagesOf(await live.daemonSet()), { 'calico-node': NEW.node, 'install-cni': NEW.cni });
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n1', 'n2']);
  });

  it('has the variables of spec.env beside those that are there', async () => {
    const before = await envNames();
    await complete({ env: [{ name: 'FELIX_LOGSEVERITYSCREEN', value: 'warning' }] });
    assert.deepEqual(await envNames(), [...before, 'FELIX_LOGSEVERITYSCREEN']);
  });

  it('takes every image from spec.registry with its pull secrets, also those of jobs and of pods that pull', async () => {
    const registry = 'registry.example.com/mirror';
    await live.startAnew();
    const name = await live.upgrade({
      registry,
      imagePullSecrets: [{ name: 'mirror' }],
      backup: 'configmap',
    });
    await live.untilPhase(name, 'Complete');
    const started = live.world.kubelets
      .history()
      .filter(isPodEntry)
      .filter(({ what }) => what === 'pod-bound');
    const images = started.flatMap(({ pod }) => pod.containers.map(({ image }) => image));
    assert.ok(started.some(({ pod }) => pod.name.startsWith('calico-upgrade-pull-')));
    assert.ok(started.some(({ pod }) => pod.owner?.kind === 'Job'));
    assert.deepEqual(
      images.filter(image => !image.startsWith(`${registry}/`)),
      [],
    );
    assert.deepEqual(recordsOf(podSpec(await live.daemonSet()).imagePullSecrets), [{ name: 'mirror' }]);
  });
});

async function envNames(): Promise<readonly string[]> {
  const [container] = recordsOf(podSpec(await live.daemonSet()).containers);
  return recordsOf(container?.env).map(({ name }) => String(name));
}

describe('a CalicoUpgrade', () => {
  it('that is not valid is never acted on, and its message names the field', async () => {
    await live.startAnew();
    const name = await live.upgrade({ rollout: { maxUnavailable: '150%' } });
    const { message } = await live.untilPhase(name, 'Invalid');
    assert.match(message, /spec\.rollout\.maxUnavailable must be .* \(it is "150%"\)/);
    await sleep(500);
    assert.deepEqual(deletedOn(live.world), []);
    await kubectl(live.world, ['delete', 'calicoupgrade', name]);
  });

  it('beside another waits until that is over: one at a time', async () => {
    await live.startAnew(() => ({ readyMs: 3_000 }));
    const first = await live.upgrade({ targetVersion: 'v2.6.10' });
    const second = await live.upgrade();
    const { message } = await live.untilPhase(second, 'Planned');
    assert.equal(message, `waits until CalicoUpgrade ${first} is over, or deleted`);
    await live.untilPhase(first, 'Complete');
    const { from } = await live.untilPhase(second, 'Complete');
    assert.equal(from, '2.6.10');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n1', 'n2']);
  });
});
