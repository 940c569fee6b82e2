import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calicoInstall } from '../../../../jobs/lib/calico/calico-install.ts';
import { calicoReleases } from '../../../../jobs/lib/calico/releases.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

const NODE_IMAGE = 'quay.io/calico/node:v2.4.1';

const podSpec = (env: object[], image = NODE_IMAGE) => ({
  containers: [
    { name: 'calico-node', image, env },
    { name: 'install-cni', image: 'quay.io/calico/cni:v1.10.0' },
  ],
});
const daemonSet = (env: object[], name = 'calico-node'): KubeObject => ({
  metadata: { name, namespace: 'kube-system' },
  spec: { template: { spec: podSpec(env) } },
});
const configMap = (data: object, name = 'calico-config'): KubeObject => ({ metadata: { name }, data });
const fromMap = (name: string, key: string, map = 'calico-config') => ({
  name,
  valueFrom: { configMapKeyRef: { name: map, key } },
});

const KUBERNETES = { name: 'DATASTORE_TYPE', value: 'kubernetes' };
const CNI_KUBERNETES = configMap({ cni_network_config: '{"datastore_type": "kubernetes", "mtu": __MTU__}' });
const ETCD = configMap({ etcd_endpoints: 'http://10.96.232.136:6666' });

describe('the datastore', () => {
  const cases: [what: string, env: object[] | undefined, maps: KubeObject[], datastore: string][] = [
    ['by DATASTORE_TYPE', [KUBERNETES], [], 'kubernetes'],
    ['by DATASTORE_TYPE before the ConfigMap', [KUBERNETES], [ETCD], 'kubernetes'],
    [
      'by DATASTORE_TYPE from a ConfigMap',
      [fromMap('DATASTORE_TYPE', 'type')],
      [configMap({ type: 'kubernetes' })],
      'kubernetes',
    ],
    ['by DATASTORE_TYPE etcdv2', [{ name: 'DATASTORE_TYPE', value: 'etcdv2' }], [], 'etcd'],
    ['by DATASTORE_TYPE etcdv3', [{ name: 'DATASTORE_TYPE', value: 'etcdv3' }], [], 'etcd'],
    ['without DATASTORE_TYPE', [], [], 'etcd'],
    ['with an empty DATASTORE_TYPE', [{ name: 'DATASTORE_TYPE', value: '' }], [], 'etcd'],
    ['with etcd endpoints', [fromMap('ETCD_ENDPOINTS', 'etcd_endpoints')], [ETCD], 'etcd'],
    ['with a DATASTORE_TYPE of its own', [{ name: 'DATASTORE_TYPE', value: 'x' }], [], 'unknown'],
    ['with a ConfigMap that cannot be read', [fromMap('DATASTORE_TYPE', 'type', 'other')], [], 'unknown'],
    [
      'with a ConfigMap that cannot be read, by the CNI',
      [fromMap('DATASTORE_TYPE', 'type', 'other')],
      [CNI_KUBERNETES],
      'kubernetes',
    ],
    ['with a contradiction to the CNI', [], [CNI_KUBERNETES], 'unknown'],
    ['of the ConfigMap alone, etcd', undefined, [ETCD], 'etcd'],
    ['of the ConfigMap alone, Kubernetes', undefined, [CNI_KUBERNETES], 'kubernetes'],
    ['without anything', undefined, [], 'unknown'],
  ];
  for (const [what, env, configMaps, datastore] of cases) {
    it(what, () => {
      assert.equal(calicoInstall({ daemonSet: env && daemonSet(env), configMaps }).datastore, datastore);
    });
  }
});

describe('an installation', () => {
  it('is Calico or Canal', () => {
    const cluster = (value: string) => [{ name: 'CLUSTER_TYPE', value }];
    assert.equal(calicoInstall({ daemonSet: daemonSet(cluster('k8s,bgp')) }).flavour, 'calico');
    assert.equal(calicoInstall({ daemonSet: daemonSet([], 'canal') }).flavour, 'canal');
    assert.equal(calicoInstall({ daemonSet: daemonSet(cluster('k8s,Canal')) }).flavour, 'canal');
    assert.equal(calicoInstall({ configMaps: [configMap({}, 'canal-config')] }).flavour, 'canal');
    assert.equal(calicoInstall({ configMaps: [configMap({})] }).flavour, 'calico');
    assert.equal(calicoInstall({}).flavour, 'unknown');
  });

  it('has a networking backend, a cluster type and default pools', () => {
    const env = [
      fromMap('CALICO_NETWORKING_BACKEND', 'calico_backend'),
      { name: 'CALICO_IPV4POOL_CIDR', value: '10.244.0.0/16' },
      { name: 'CALICO_IPV6POOL_CIDR', value: '' },
      { name: 'CLUSTER_TYPE', value: 'k8s,policyonly' },
      'junk',
    ].filter(entry => typeof entry === 'object');
    const found = calicoInstall({
      daemonSet: daemonSet(env),
      configMaps: [configMap({ calico_backend: 'none' })],
    });
    assert.equal(found.networkingBackend, 'none');
    assert.equal(found.clusterType, 'k8s,policyonly');
    assert.deepEqual(found.defaultPools, ['10.244.0.0/16']);
  });

  it('has BIRD unless told otherwise, and nothing without a DaemonSet', () => {
    assert.equal(calicoInstall({ daemonSet: daemonSet([]) }).networkingBackend, 'bird');
    assert.equal(calicoInstall({}).networkingBackend, undefined);
    const unreadable = daemonSet([fromMap('CALICO_NETWORKING_BACKEND', 'x', 'other')]);
    assert.equal(calicoInstall({ daemonSet: unreadable }).networkingBackend, undefined);
  });

  it('of another shape than expected says little, and fails nowhere', () => {
    const odd = { metadata: { name: 'calico-node' }, spec: { template: { spec: { containers: [5, {}] } } } };
    assert.deepEqual(calicoInstall({ daemonSet: odd }), {
      datastore: 'unknown',
      flavour: 'calico',
      networkingBackend: undefined,
      defaultPools: [],
      clusterType: undefined,
      images: [
        { where: 'DaemonSet calico-node', container: '', image: '', tag: undefined, release: undefined },
      ],
    });
  });
});

describe('the releases of a cluster', () => {
  const pod = (name: string, image: string): KubeObject => ({ metadata: { name }, spec: podSpec([], image) });
  const version = (value: string): KubeObject => ({
    metadata: { name: 'calicoversion' },
    spec: { name: 'CalicoVersion', value },
  });

  it('are those of the template and of each pod', () => {
    const install = calicoInstall({
      daemonSet: daemonSet([]),
      pods: [pod('a', 'calico/node:v1.3.0'), pod('b', 'calico/node:v2.4.1')],
    });
    assert.equal(install.images.length, 6);
    assert.deepEqual(
      install.images
        .filter(({ container }) => container === 'install-cni')
        .map(({ tag, release }) => [tag, release])[0],
      ['v1.10.0', undefined],
    );
    assert.deepEqual(calicoReleases(install, [version('v2.5.1')]), {
      fromImages: ['2.3.0', '2.4.1'],
      unknownImages: [],
      fromConfig: '2.5.1',
      lowest: '2.3.0',
    });
  });

  it('come from the setting where no image tells', () => {
    const install = calicoInstall({ pods: [pod('a', 'calico/node:prod')] });
    assert.deepEqual(calicoReleases(install, [version('v2.4.1-3-gabc123')]), {
      fromImages: [],
      unknownImages: ['calico/node:prod'],
      fromConfig: '2.4.1',
      lowest: '2.4.1',
    });
  });

  it('can be unknown', () => {
    assert.equal(calicoReleases(calicoInstall({}), []).lowest, undefined);
  });
});
