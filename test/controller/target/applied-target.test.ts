import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Target } from '../../../controller/target/model.ts';
import { podSpecOf } from '../../../controller/target/pod-spec.ts';
import { afterRolling } from '../../../controller/target/strategy.ts';
import { type ApplyTarget, applyObject } from '../../../jobs/lib/kubernetes/apply.ts';
import { CONFIG_MAPS, DAEMON_SETS, DEPLOYMENTS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import { discoverKinds } from '../../../jobs/lib/kubernetes/kinds.ts';
import { LAST_APPLIED } from '../../../jobs/lib/kubernetes/last-applied.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { deleteAll } from '../../jobs/clean-cluster.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import type { HostedInstall } from '../hosted/install.ts';
import { hostedCanal, hostedKdd } from '../hosted/kdd.ts';
import { hostedKubeadm } from '../hosted/kubeadm.ts';
import { imagesByContainer, targetFor } from './target-input.ts';

const [DAEMON_SET = assert.fail()] = DAEMON_SETS;
const [DEPLOYMENT = assert.fail()] = DEPLOYMENTS;
const NAMESPACE = 'kube-system';

describe('a target on a real API server', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let target: ApplyTarget;
  const { signal } = new AbortController();

  before(async () => {
    cluster = await startCluster();
    client = connect({ kubeconfig: cluster.kubeconfig });
    target = { client, kinds: discoverKinds(client) };
  });

  beforeEach(async () => {
    await deleteAll(client, DAEMON_SET);
    await deleteAll(client, DEPLOYMENT);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const kubectlApply = async (objects: readonly KubeObject[]): Promise<string> => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    const { exitCode, stdout, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify(list),
    });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };

  /** The install as it is in the cluster now. */
  const readInstall = async ({ daemonSet, configMap }: HostedInstall): Promise<HostedInstall> => {
    const deployments = ['calico-kube-controllers', 'calico-policy-controller'].map(name =>
      get(client, DEPLOYMENT, name, NAMESPACE),
    );
    return {
      daemonSet: (await get(client, DAEMON_SET, daemonSet.metadata.name, NAMESPACE)) ?? assert.fail(),
      configMap: (await get(client, CONFIG_MAPS, configMap.metadata.name, NAMESPACE)) ?? assert.fail(),
      controllers: (await Promise.all(deployments)).filter(found => found !== undefined),
    };
  };

  const applyTarget = async ({ objects, daemonSet, kubeControllers, afterwards }: Target) => {
    const said: string[] = [];
    const all = [...objects, ...(kubeControllers ? [kubeControllers] : []), daemonSet, ...afterwards.apply];
    for (const wanted of all) {
      const applied = await applyObject(target, wanted, signal);
      said.push(`${wanted.object.kind} ${wanted.object.metadata.name} ${applied}`);
    }
    return said;
  };

  const UP_TO_26 = { from: '2.4.1', to: '2.6.12' };
  const TO_30 = { from: '2.6.12', to: '3.0.12' };

  for (const [name, install, way] of [
    ['etcd 2.4 to 2.6', hostedEtcd('2.4.1'), UP_TO_26],
    ['etcd 2.6 to 3.0', hostedEtcd('2.6.12'), TO_30],
    ['kubeadm 2.5 to 2.6', hostedKubeadm('2.5.1'), { ...UP_TO_26, from: '2.5.1' }],
    ['the Kubernetes datastore 2.4 to 2.6', hostedKdd('2.4.1'), UP_TO_26],
    [
      'the Kubernetes datastore 2.6 to 3.0, with a registry',
      hostedKdd('2.6.12'),
      { ...TO_30, spec: { registry: 'r.io' } },
    ],
    ['Canal', hostedCanal('1.6'), { ...UP_TO_26, spec: { env: [{ name: 'EMPTY', value: '' }] } }],
  ] as const) {
    it(`is applied once, and then there is nothing to do: ${name}`, async () => {
      await kubectlApply([install.configMap, install.daemonSet, ...install.controllers]);
      const first = await applyTarget(targetFor(await readInstall(install), way));
      assert.match(
        first.join('\n'),
        new RegExp(`^DaemonSet ${install.daemonSet.metadata.name} changed$`, 'm'),
      );
      const again = await applyTarget(targetFor(await readInstall(install), way));
      for (const line of again) assert.match(line, / unchanged$/);
    });
  }

  it('is the same from a manifest in an old form, by us and by kubectl', async () => {
    const install = hostedKdd('2.4.1');
    await kubectlApply([install.configMap, install.daemonSet]);
    const { daemonSet, configMap } = hostedKdd('2.6.12');
    const { updateStrategy: _, ...spec } = fieldsOf(daemonSet.spec);
    const manifests = [{ ...daemonSet, apiVersion: 'extensions/v1beta1', spec }, configMap];
    const way = { ...UP_TO_26, manifests };
    assert.ok(
      (await applyTarget(targetFor(await readInstall(install), way))).includes(
        'DaemonSet calico-node changed',
      ),
    );
    const live = await readInstall(install);
    assert.equal(imagesByContainer(live.daemonSet)['calico-node'], 'quay.io/calico/node:v2.6.12');
    for (const line of await applyTarget(targetFor(live, way))) assert.match(line, / unchanged$/);
    assert.match(await kubectlApply([configMap]), /configmap\/calico-config unchanged/);
  });

  it('leaves what kubectl noted with our changes, and the strategy of before in the end', async () => {
    const install = hostedCanal('1.6');
    await kubectlApply([install.configMap, install.daemonSet]);
    await applyTarget(targetFor(await readInstall(install), UP_TO_26));
    const { daemonSet } = await readInstall(install);
    assert.deepEqual(fieldsOf(daemonSet.spec).updateStrategy, { type: 'OnDelete' });
    await applyObject(target, { object: afterRolling(daemonSet), base: daemonSet }, signal);
    const { daemonSet: end } = await readInstall(install);
    assert.deepEqual(fieldsOf(end.spec).updateStrategy, fieldsOf(install.daemonSet.spec).updateStrategy);
    const note = JSON.parse(end.metadata.annotations?.[LAST_APPLIED] ?? '');
    assert.equal(imagesByContainer(note)['calico-node'], 'quay.io/calico/node:v2.6.12');
    assert.deepEqual(fieldsOf(note.spec).updateStrategy, fieldsOf(install.daemonSet.spec).updateStrategy);
    assert.equal(podSpecOf(note)?.dnsPolicy, undefined, 'no default of the server');
  });
});
