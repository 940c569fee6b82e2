import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { manifestRights, rightText } from '../../jobs/job-rights.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import { hostedCanal, hostedKdd } from '../hosted/kdd.ts';
import { hostedKubeadm } from '../hosted/kubeadm.ts';
import { named, SHIPPED_RBAC, targetFor } from './target-input.ts';

const UP_TO_26 = { from: '2.4.1', to: '2.6.12' };
const TO_30 = { from: '2.6.12', to: '3.0.12' };

const WHILE = [
  'ClusterRole calico-upgrade-while-upgrading',
  'ClusterRoleBinding calico-upgrade-while-upgrading',
];

const removed = (all: readonly { kind: string; name: string }[]) =>
  all.map(({ kind, name }) => `${kind} ${name}`);

const withAccount = (daemonSet: KubeObject, name: string): KubeObject =>
  JSON.parse(
    JSON.stringify(daemonSet).replaceAll(
      '"serviceAccountName":"calico-node"',
      `"serviceAccountName":"${name}"`,
    ),
  );

describe('the rights of nodes', () => {
  it('are those of old and new nodes together until every node is new', () => {
    const { objects, afterwards } = targetFor(hostedKdd('2.4.1'), UP_TO_26);
    assert.deepEqual(named(objects), WHILE);
    assert.deepEqual(named(afterwards.apply), ['ClusterRole calico-node', 'ClusterRoleBinding calico-node']);
    assert.deepEqual(removed(afterwards.remove), WHILE);
  });

  it('are those of Canal where it is Canal', () => {
    const { objects, afterwards } = targetFor(hostedCanal('1.6'), UP_TO_26);
    assert.deepEqual(named(objects), WHILE);
    assert.deepEqual(named(afterwards.apply), [
      'ClusterRole calico',
      'ClusterRole flannel',
      'ClusterRoleBinding canal-calico',
      'ClusterRoleBinding canal-flannel',
    ]);
  });

  it('are not touched where old and new nodes use the same', () => {
    for (const install of [hostedKdd('2.5.1'), hostedCanal('1.7')]) {
      const { objects, afterwards } = targetFor(install, { from: '2.5.1', to: '2.6.12' });
      assert.deepEqual([objects, afterwards.apply, afterwards.remove], [[], [], []]);
    }
    const spec = { components: ['cni'] };
    assert.deepEqual(targetFor(hostedKdd('2.4.1'), { ...UP_TO_26, spec }).objects, []);
  });

  it('are those of 3.0 before the first node of it, all of 2.6 among them', () => {
    const { objects, afterwards } = targetFor(hostedKdd('2.6.12'), TO_30);
    assert.deepEqual(named(objects), ['ClusterRole calico-node', 'ClusterRoleBinding calico-node']);
    const rules = recordsOf(objects[0]?.object.rules);
    const [narrow] = SHIPPED_RBAC.kdd;
    assert.deepEqual(rules.slice(0, -3), narrow?.rules);
    assert.deepEqual(rules.at(-1)?.resources, [
      'felixconfigurations',
      'bgpconfigurations',
      'networkpolicies',
      'clusterinformations',
    ]);
    assert.deepEqual([afterwards.apply, afterwards.remove], [[], []]);
    const canal = targetFor(hostedCanal('1.7'), TO_30).objects;
    const flannel = SHIPPED_RBAC.canal.find(({ metadata }) => metadata.name === 'flannel');
    assert.deepEqual(canal.find(({ object }) => object.metadata.name === 'flannel')?.object, flannel);
  });

  it('are for the service account that the pods have', () => {
    const install = hostedKdd('2.4.1');
    const daemonSet = withAccount(install.daemonSet, 'own');
    const { objects, afterwards } = targetFor({ ...install, daemonSet }, UP_TO_26);
    const own = { kind: 'ServiceAccount', name: 'own', namespace: 'kube-system' };
    for (const { object } of [...objects, ...afterwards.apply]) {
      if (object.kind === 'ClusterRoleBinding') assert.deepEqual(recordsOf(object.subjects).at(-1), own);
    }
  });

  it('are left to the manifests that have them', () => {
    const [role = assert.fail()] = SHIPPED_RBAC.kdd;
    const own = { ...role, rules: [] };
    const { objects, afterwards } = targetFor(hostedKdd('2.4.1'), { ...UP_TO_26, manifests: [own] });
    assert.deepEqual(named(objects), [...WHILE, 'ClusterRole calico-node']);
    assert.deepEqual(objects.at(-1)?.object, own);
    assert.deepEqual(named(afterwards.apply), ['ClusterRoleBinding calico-node']);
  });
});

describe('the rights of kube-controllers', () => {
  it('come before it, on etcd', () => {
    const all = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'].map(
      kind => `${kind} calico-kube-controllers`,
    );
    for (const install of [hostedEtcd('2.4.1'), hostedKubeadm('2.4.1'), hostedEtcd('2.6.12')])
      assert.deepEqual(named(targetFor(install, UP_TO_26).objects), all);
    assert.deepEqual(targetFor(hostedEtcd('2.2.1'), { from: '2.2.1', to: '2.5.1' }).objects, []);
  });

  it('are to watch what it makes policies and profiles of', () => {
    const watched = [
      ...['pods', 'namespaces', 'nodes', 'networkpolicies'],
      ...['networkpolicies.extensions', 'networkpolicies.networking.k8s.io'],
    ];
    assert.deepEqual(
      manifestRights('rbac-etcd.yaml').map(rightText).sort(),
      watched.flatMap(what => [`list ${what}`, `watch ${what}`]).sort(),
    );
  });
});
