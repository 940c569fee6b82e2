import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeTemplate, podSpecOf } from '../../../controller/target/pod-spec.ts';
import { REVISION_ANNOTATION } from '../../../jobs/lib/calico/upgrade/annotations.ts';
import { type Fields, fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import type { HostedInstall } from '../hosted/install.ts';
import { hostedCanal, hostedKdd } from '../hosted/kdd.ts';
import { hostedKubeadm } from '../hosted/kubeadm.ts';
import { containerOf, imagesByContainer, problemsFor, targetFor, variable } from './target-input.ts';

const UP_TO_26 = { from: '2.4.1', to: '2.6.12' };
const TO_30 = { from: '2.6.12', to: '3.0.12' };

const specOf = (object: KubeObject): Fields => fieldsOf(object.spec);

/** An object without what is expected to differ: images, strategy and the fingerprint. */
function rest(object: KubeObject): unknown {
  const { updateStrategy: _, ...spec } = specOf(object);
  const { annotations: __, ...metadata } = object.metadata;
  return JSON.parse(
    JSON.stringify({ ...object, metadata, spec }, (key, value) =>
      key === 'image' || key === REVISION_ANNOTATION ? undefined : value,
    ),
  );
}

const noted = (object: KubeObject): unknown =>
  fieldsOf(fieldsOf(fieldsOf(specOf(object).template).metadata).annotations)[REVISION_ANNOTATION];

describe('the DaemonSet without manifests', () => {
  const installs: Readonly<Record<string, HostedInstall>> = {
    'etcd 2.2': hostedEtcd('2.2.1'),
    'etcd 2.4': hostedEtcd('2.4.1'),
    'etcd 2.6': hostedEtcd('2.6.2'),
    'kubeadm 2.5': hostedKubeadm('2.5.1'),
    'the Kubernetes datastore 2.2': hostedKdd('2.2.1'),
    'the Kubernetes datastore 2.4': hostedKdd('2.4.1'),
    'the Kubernetes datastore 2.5': hostedKdd('2.5.1'),
  };
  for (const [name, install] of Object.entries(installs)) {
    it(`has the images of the target and is otherwise as it was: ${name}`, () => {
      const { object, base } = targetFor(install, UP_TO_26).daemonSet;
      assert.deepEqual(imagesByContainer(object), {
        'calico-node': 'quay.io/calico/node:v2.6.12',
        'install-cni': 'quay.io/calico/cni:v1.11.8',
      });
      assert.deepEqual(rest(object), rest(install.daemonSet));
      assert.equal(base, install.daemonSet);
      assert.deepEqual(specOf(object).updateStrategy, { type: 'OnDelete' });
    });
  }

  it('says the same when it is asked again in the middle', () => {
    for (const way of [UP_TO_26, TO_30, { ...UP_TO_26, spec: { env: [{ name: 'A', value: '1' }] } }]) {
      const install = hostedKdd(way.from);
      const { daemonSet, finalStrategy } = targetFor(install, way);
      const again = targetFor({ ...install, daemonSet: daemonSet.object }, way);
      assert.deepEqual(again.daemonSet.object, daemonSet.object);
      assert.deepEqual(again.finalStrategy, finalStrategy);
    }
  });

  it('keeps flannel of Canal, and its strategy for later', () => {
    const install = hostedCanal('1.6');
    const target = targetFor(install, { ...UP_TO_26, spec: { registry: 'r.io/m' } });
    const { object } = target.daemonSet;
    assert.deepEqual(imagesByContainer(object), {
      'calico-node': 'r.io/m/calico/node:v2.6.12',
      'install-cni': 'r.io/m/calico/cni:v1.11.8',
      'kube-flannel': 'r.io/m/coreos/flannel:v0.9.1',
    });
    assert.deepEqual(rest(object), rest(install.daemonSet));
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };
    assert.deepEqual(target.finalStrategy, strategy);
    const again = targetFor({ ...install, daemonSet: object }, UP_TO_26);
    assert.deepEqual(again.finalStrategy, strategy, 'also when it is OnDelete by us');
  });

  it('has what 3.0 needs: the name of the node, and no grace period', () => {
    const { object } = targetFor(hostedEtcd('2.6.12'), TO_30).daemonSet;
    assert.deepEqual(variable(containerOf(object, 'calico-node'), 'CALICO_K8S_NODE_REF'), {
      name: 'CALICO_K8S_NODE_REF',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } },
    });
    assert.equal(podSpecOf(object)?.terminationGracePeriodSeconds, 0);
    assert.equal(imagesByContainer(object)['install-cni'], 'quay.io/calico/cni:v3.0.12');
  });

  it('has the variables, pull secrets and images of the spec, the latter as they are written', () => {
    const spec = {
      registry: 'r.io',
      images: { cni: 'own.io/cni:7' },
      imagePullSecrets: [{ name: 'pull' }],
      env: [
        { name: 'CLUSTER_TYPE', value: 'mine' },
        { name: 'FELIX_X', value: '1' },
      ],
    };
    const { object } = targetFor(hostedKdd('2.4.1'), { ...UP_TO_26, spec }).daemonSet;
    assert.deepEqual(imagesByContainer(object), {
      'calico-node': 'r.io/calico/node:v2.6.12',
      'install-cni': 'own.io/cni:7',
    });
    const node = containerOf(object, 'calico-node');
    assert.deepEqual(variable(node, 'CLUSTER_TYPE'), { name: 'CLUSTER_TYPE', value: 'mine' });
    assert.deepEqual(variable(node, 'FELIX_X'), { name: 'FELIX_X', value: '1' });
    assert.equal(variable(containerOf(object, 'install-cni'), 'FELIX_X'), undefined);
    assert.deepEqual(podSpecOf(object)?.imagePullSecrets, [{ name: 'pull' }]);
  });

  it('takes images from where the present ones are from', () => {
    const install = hostedKdd('2.4.1');
    const text = JSON.stringify(install.daemonSet).replaceAll('quay.io/calico/', 'local:5000/m/calico/');
    const { object } = targetFor({ ...install, daemonSet: JSON.parse(text) }, UP_TO_26).daemonSet;
    assert.equal(imagesByContainer(object)['calico-node'], 'local:5000/m/calico/node:v2.6.12');
  });

  it('changes only the components that are listed', () => {
    const install = hostedKdd('2.6.12');
    const only = (...components: string[]) =>
      targetFor(install, { ...TO_30, spec: { components, registry: 'r.io' } }).daemonSet;
    const present = imagesByContainer(install.daemonSet);
    const cni = only('cni').object;
    assert.deepEqual(imagesByContainer(cni), { ...present, 'install-cni': 'r.io/calico/cni:v3.0.12' });
    assert.deepEqual(containerOf(cni, 'calico-node'), containerOf(install.daemonSet, 'calico-node'));
    assert.equal(podSpecOf(cni)?.terminationGracePeriodSeconds, undefined);
    const node = only('node').object;
    assert.deepEqual(containerOf(node, 'install-cni'), containerOf(install.daemonSet, 'install-cni'));
    assert.equal(only('kubeControllers').object, install.daemonSet);
  });

  it('has another fingerprint where only calico-config differs', () => {
    const install = hostedKdd('2.6.12');
    const way = { from: '2.6.12', to: '2.6.12' };
    const configMap = { ...install.configMap, data: { cni_network_config: '{}' } };
    const [one, other] = [install, { ...install, configMap }].map(each =>
      noted(targetFor(each, way).daemonSet.object),
    );
    assert.match(String(one), /^[0-9a-f]{16}$/);
    assert.notEqual(one, other);
    const manifests = [configMap];
    assert.equal(noted(targetFor(install, { ...way, manifests }).daemonSet.object), other);
  });

  it('needs images that are known, or named', () => {
    const way = { from: '2.4.1', to: '2.6.13' };
    assert.deepEqual(problemsFor(hostedKdd('2.4.1'), way), [
      'the images of Calico 2.6.13 are not known here (those of 2.2.0 to 3.0.12 are, not each patch level). Name them in spec.images.node and spec.images.cni, or give the manifests of the release in spec.manifests',
    ]);
    const images = { node: 'quay.io/calico/node:v2.6.13' };
    assert.match(
      problemsFor(hostedKdd('2.4.1'), { ...way, spec: { images } })[0] ?? '',
      /in spec\.images\.cni, or/,
    );
    const spec = { images, components: ['node'] };
    assert.deepEqual(problemsFor(hostedKdd('2.4.1'), { ...way, spec }), []);
  });
});

describe('the DaemonSet of manifests', () => {
  const wanted = changeTemplate(hostedKdd('2.6.12').daemonSet, template => ({ ...template, own: 1 }));
  const manifests = [{ ...wanted, spec: { ...specOf(wanted), updateStrategy: undefined } }];

  it('is applied as it is, but OnDelete, and with registry and variables', () => {
    const spec = { registry: 'r.io', env: [{ name: 'A', value: '1' }] };
    const { daemonSet, finalStrategy } = targetFor(hostedKdd('2.4.1'), { ...UP_TO_26, manifests, spec });
    assert.equal(daemonSet.base, undefined);
    assert.equal(daemonSet.source, 'ConfigMap m, DaemonSet calico-node');
    assert.equal(fieldsOf(specOf(daemonSet.object).template).own, 1);
    assert.equal(imagesByContainer(daemonSet.object)['install-cni'], 'r.io/calico/cni:v1.11.8');
    assert.equal(variable(containerOf(daemonSet.object, 'calico-node'), 'A')?.value, '1');
    assert.deepEqual(specOf(daemonSet.object).updateStrategy, { type: 'OnDelete' });
    assert.deepEqual(finalStrategy, { type: 'OnDelete' }, 'that of the live one');
  });

  it('has its own strategy in the end', () => {
    const updateStrategy = { type: 'RollingUpdate' };
    const own = [{ ...wanted, spec: { ...specOf(wanted), updateStrategy } }];
    const target = targetFor(hostedKdd('2.4.1'), { ...UP_TO_26, manifests: own });
    assert.deepEqual(target.finalStrategy, updateStrategy);
    assert.deepEqual(specOf(target.daemonSet.object).updateStrategy, { type: 'OnDelete' });
  });

  it('keeps the containers of components that are not listed', () => {
    const install = hostedKdd('2.4.1');
    const { daemonSet } = targetFor(install, { ...UP_TO_26, manifests, spec: { components: ['cni'] } });
    assert.deepEqual(
      containerOf(daemonSet.object, 'calico-node'),
      containerOf(install.daemonSet, 'calico-node'),
    );
    assert.equal(imagesByContainer(daemonSet.object)['install-cni'], 'quay.io/calico/cni:v1.11.8');
  });

  it('is refused where it is of another release, or of another install', () => {
    const way = { from: '2.4.1', to: '2.6.11', manifests };
    assert.match(
      problemsFor(hostedKdd('2.4.1'), way)[0] ?? '',
      /node:v2\.6\.12, which is Calico 2\.6\.12, and spec\.targetVersion is 2\.6\.11/,
    );
    const spec = { images: { node: 'own.io/node:v2.6.11-1' } };
    assert.deepEqual(problemsFor(hostedKdd('2.4.1'), { ...way, spec }), []);
    assert.match(
      problemsFor(hostedCanal('1.6'), { ...UP_TO_26, manifests })[0] ?? '',
      /a DaemonSet calico-node, and the cluster has canal/,
    );
  });
});
