import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podSpecOf } from '../../../controller/target/pod-spec.ts';
import { fieldsOf, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { hostedEtcd, policyController } from '../hosted/etcd.ts';
import { hostedKdd } from '../hosted/kdd.ts';
import { hostedKubeadm } from '../hosted/kubeadm.ts';
import { containerOf, imagesByContainer, named, problemsFor, targetFor, variable } from './target-input.ts';

const UP_TO_26 = { from: '2.4.1', to: '2.6.12' };
const TO_30 = { from: '2.6.12', to: '3.0.12' };

const OLD = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'calico-policy-controller',
  namespace: 'kube-system',
};

const envNames = (object: KubeObject, name: string) =>
  recordsOf(containerOf(object, name).env).map(one => one.name);

const ETCD_VARIABLES = ['ETCD_ENDPOINTS', 'ETCD_CA_CERT_FILE', 'ETCD_KEY_FILE', 'ETCD_CERT_FILE'];

describe('the controller without manifests', () => {
  for (const [name, install] of Object.entries({
    'etcd 2.2': hostedEtcd('2.2.1'),
    'etcd 2.4': hostedEtcd('2.4.1'),
    'kubeadm 2.5': hostedKubeadm('2.5.1'),
  })) {
    it(`becomes calico-kube-controllers in 2.6, with its connection to etcd: ${name}`, () => {
      const { kubeControllers, retired, afterwards } = targetFor(install, UP_TO_26);
      const { object, base } = kubeControllers ?? assert.fail();
      assert.equal(base, undefined);
      const labels = { 'k8s-app': 'calico-kube-controllers' };
      assert.deepEqual(object.metadata, {
        name: 'calico-kube-controllers',
        namespace: 'kube-system',
        labels,
      });
      const { replicas, strategy, selector, template } = fieldsOf(object.spec);
      assert.deepEqual([replicas, strategy, selector], [1, { type: 'Recreate' }, { matchLabels: labels }]);
      assert.deepEqual(fieldsOf(fieldsOf(template).metadata).labels, labels);
      const pod = podSpecOf(object);
      assert.deepEqual(
        [pod?.serviceAccountName, pod?.serviceAccount, pod?.hostNetwork],
        ['calico-kube-controllers', undefined, true],
      );
      assert.deepEqual(pod?.volumes, podSpecOf(policyController('2.4.1'))?.volumes);
      assert.deepEqual(imagesByContainer(object), {
        'calico-kube-controllers': 'quay.io/calico/kube-controllers:v1.0.5',
      });
      assert.deepEqual(envNames(object, 'calico-kube-controllers'), ETCD_VARIABLES);
      assert.deepEqual(retired, [OLD]);
      assert.deepEqual(
        afterwards.remove.map(({ kind, name: one }) => `${kind} ${one}`),
        ['Deployment', 'ClusterRoleBinding', 'ClusterRole', 'ServiceAccount'].map(
          kind => `${kind} calico-policy-controller`,
        ),
      );
    });
  }

  it('is made of an even older ReplicaSet, too', () => {
    const replicaSet = { ...policyController('2.2.1'), kind: 'ReplicaSet' };
    const { kubeControllers, retired } = targetFor(
      { ...hostedEtcd('2.2.1'), controllers: [replicaSet] },
      UP_TO_26,
    );
    assert.deepEqual(named([kubeControllers ?? assert.fail()]), ['Deployment calico-kube-controllers']);
    assert.deepEqual(retired, [{ ...OLD, kind: 'ReplicaSet' }]);
  });

  it('only gets another image before 2.6', () => {
    const { kubeControllers, retired, afterwards } = targetFor(hostedEtcd('2.2.1'), {
      from: '2.2.1',
      to: '2.5.1',
    });
    const { object, base } = kubeControllers ?? assert.fail();
    assert.equal(base?.metadata.name, 'calico-policy-controller');
    assert.deepEqual(imagesByContainer(object), {
      'calico-policy-controller': 'quay.io/calico/kube-policy-controller:v0.7.0',
    });
    assert.ok(envNames(object, 'calico-policy-controller').includes('K8S_API'));
    assert.deepEqual([retired, afterwards.remove], [[], []]);
  });

  it('stays in 3.0, names its controllers, and the one without replicas goes', () => {
    const install = hostedEtcd('2.6.12');
    const { kubeControllers, retired, afterwards } = targetFor(install, TO_30);
    const { object, base } = kubeControllers ?? assert.fail();
    assert.equal(base, install.controllers[0]);
    const container = containerOf(object, 'calico-kube-controllers');
    assert.equal(container.image, 'quay.io/calico/kube-controllers:v3.0.12');
    assert.equal(variable(container, 'ENABLED_CONTROLLERS')?.value, 'policy,profile,workloadendpoint,node');
    assert.deepEqual(retired, [OLD]);
    assert.deepEqual(afterwards.remove, [OLD]);
  });

  it('says the same when it is asked again, after the new one was made', () => {
    const install = hostedEtcd('2.4.1');
    const { kubeControllers } = targetFor(install, UP_TO_26);
    const made = kubeControllers?.object ?? assert.fail();
    for (const controllers of [[made, ...install.controllers], [made]]) {
      const again = targetFor({ ...install, controllers }, UP_TO_26);
      assert.deepEqual(again.kubeControllers?.object, made);
      assert.equal(again.retired.length, controllers.length - 1);
    }
  });

  it('has the registry, pull secrets and image of the spec', () => {
    const spec = { registry: 'r.io', imagePullSecrets: [{ name: 'pull' }] };
    const target = targetFor(hostedEtcd('2.4.1'), { ...UP_TO_26, spec });
    const { object } = target.kubeControllers ?? assert.fail();
    assert.deepEqual(Object.values(imagesByContainer(object)), ['r.io/calico/kube-controllers:v1.0.5']);
    assert.deepEqual(podSpecOf(object)?.imagePullSecrets, [{ name: 'pull' }]);
    const own = { ...spec, images: { kubeControllers: 'own.io/c:1' } };
    const { kubeControllers } = targetFor(hostedEtcd('2.4.1'), { ...UP_TO_26, spec: own });
    assert.deepEqual(Object.values(imagesByContainer(kubeControllers?.object ?? assert.fail())), [
      'own.io/c:1',
    ]);
  });

  it('is left alone where it is not listed, and where there is none', () => {
    const spec = { components: ['node', 'cni'] };
    const { kubeControllers, retired, objects } = targetFor(hostedEtcd('2.4.1'), { ...UP_TO_26, spec });
    assert.deepEqual([kubeControllers, retired, objects], [undefined, [], []]);
    assert.equal(targetFor(hostedKdd('2.4.1'), UP_TO_26).kubeControllers, undefined);
  });

  it('needs an image that is known', () => {
    const spec = { components: ['kubeControllers'] };
    const [problem = ''] = problemsFor(hostedEtcd('2.4.1'), { from: '2.4.1', to: '2.6.13', spec });
    assert.match(problem, /Name them in spec\.images\.kubeControllers, or/);
  });
});

describe('the controller of manifests', () => {
  it('is applied, and the old one is retired, not made anew', () => {
    const { daemonSet, configMap, controllers } = hostedEtcd('2.6.12');
    const manifests = [configMap, daemonSet, ...controllers];
    const target = targetFor(hostedEtcd('2.4.1'), { ...UP_TO_26, manifests, spec: { registry: 'r.io' } });
    assert.deepEqual(named([target.kubeControllers ?? assert.fail()]), [
      'Deployment calico-kube-controllers',
    ]);
    assert.deepEqual(Object.values(imagesByContainer(target.kubeControllers?.object ?? assert.fail())), [
      'r.io/calico/kube-controllers:v1.0.5',
    ]);
    assert.deepEqual(target.retired, [OLD]);
    assert.ok(named(target.objects).includes('ConfigMap calico-config'));
    assert.ok(!named(target.objects).some(one => one.startsWith('Deployment')));
    const fresh = { ...hostedEtcd('2.6.12'), controllers: [] };
    assert.deepEqual(targetFor(fresh, { from: '2.6.11', to: '2.6.12', manifests }).retired, []);
  });
});
