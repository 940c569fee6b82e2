import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify } from '../../../controller/target/classify.ts';
import { readManifests } from '../../../controller/target/manifests.ts';
import type { ManifestObject } from '../../../controller/target/model.ts';
import { sortForApply } from '../../../controller/target/sort.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import { hostedCanal } from '../hosted/kdd.ts';

const read = (...texts: string[]) =>
  readManifests(texts.map((text, index) => ({ configMap: 'm', key: `${index}.yaml`, text })));

function objectsOf(...texts: string[]): readonly ManifestObject[] {
  const result = read(...texts);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.objects;
}

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\n`;

const problemsOf = (text: string) => {
  const result = read(text);
  return 'problems' in result ? result.problems : [];
};

describe('the manifests of a ConfigMap', () => {
  it('are read document by document, each with where it is from', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: c}}\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: d}}]}\n`;
    const objects = objectsOf(
      `# Calico\n---\n${service('a')}---\n---\n# none\n---\nnull\n---\n${service('b')}`,
      list,
    );
    assert.deepEqual(
      objects.map(({ object, source }) => [object.metadata.name, source]),
      [
        ['a', 'ConfigMap m, key 0.yaml, document 1'],
        ['b', 'ConfigMap m, key 0.yaml, document 3'],
        ['c', 'ConfigMap m, key 1.yaml, document 1, item 1'],
        ['d', 'ConfigMap m, key 1.yaml, document 1, item 2, item 1'],
      ],
    );
  });

  it('may be JSON, and keep every field', () => {
    const object = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'a', own: [1] }, other: { a: null } };
    assert.deepEqual(objectsOf(JSON.stringify(object))[0]?.object, object);
  });

  it('are wrong with ConfigMap, key and document', () => {
    const text = `${service('a')}---\nkind: X\n---\na: [\n---\n- 1\n---\napiVersion: v1\nkind: X\nmetadata: {labels: {a: "1"}}\n---\napiVersion: v1\nkind: X\nmetadata: {name: x, labels: {a: 1}}\n---\ntext\n`;
    const at = (number: number) => `ConfigMap m, key 0.yaml, document ${number}`;
    const problems = problemsOf(text);
    assert.equal(problems[0], `${at(2)} has no apiVersion`);
    assert.match(problems[1] ?? '', /^ConfigMap m, key 0\.yaml, document 3 cannot be read: line 8, column /);
    assert.deepEqual(problems.slice(2), [
      `${at(4)} has no apiVersion`,
      `${at(5)} has no metadata.name`,
      `${at(6)} has a field metadata.labels.a that is no text: write it in quotes`,
      `${at(7)} is no object of Kubernetes`,
    ]);
  });
});

describe('the order of objects', () => {
  it('has first what others need, and keeps the order that was given', () => {
    const given = [
      'Deployment',
      'IPPool',
      'Service',
      'ConfigMap',
      'ClusterRoleBinding',
      'DaemonSet',
      'ServiceAccount',
      'ClusterRole',
      'Namespace',
      'Secret',
      'CustomResourceDefinition',
    ];
    const sorted = sortForApply(given.map(kind => ({ object: { kind, metadata: { name: 'x' } } })));
    assert.deepEqual(
      sorted.map(({ object }) => object.kind),
      [
        'CustomResourceDefinition',
        'Namespace',
        'ServiceAccount',
        'ClusterRoleBinding',
        'ClusterRole',
        'ConfigMap',
        'Secret',
        'Service',
        'IPPool',
        'Deployment',
        'DaemonSet',
      ],
    );
  });
});

describe('what objects are to an upgrade', () => {
  const given = (...objects: KubeObject[]) =>
    objects.map(object => ({ object, source: object.metadata.name }));
  const found = (...objects: KubeObject[]) => {
    const classified = classify(given(...objects));
    assert.ok(!('problem' in classified));
    const { daemonSet, kubeControllers, retired, rest } = classified;
    return [daemonSet?.source, kubeControllers?.source, retired?.source, rest.map(({ source }) => source)];
  };

  it('tells nodes, controllers and the old controller without replicas apart', () => {
    const { daemonSet, configMap, controllers } = hostedEtcd('2.6.12');
    assert.deepEqual(found(configMap, daemonSet, ...controllers), [
      'calico-node',
      'calico-kube-controllers',
      'calico-policy-controller',
      ['calico-config'],
    ]);
  });

  it('knows the controller of before 2.6, and Canal', () => {
    assert.deepEqual(found(...hostedEtcd('2.5.1').controllers), [
      undefined,
      'calico-policy-controller',
      undefined,
      [],
    ]);
    const { daemonSet, configMap } = hostedCanal('1.7');
    assert.deepEqual(found(daemonSet, configMap), ['canal', undefined, undefined, ['canal-config']]);
  });

  it('refuses two DaemonSets of calico-node', () => {
    assert.deepEqual(classify(given(hostedEtcd('2.6.12').daemonSet, hostedCanal('1.7').daemonSet)), {
      problem:
        'calico-node and canal both have a DaemonSet with a container calico-node. Leave one of them out',
    });
  });
});
