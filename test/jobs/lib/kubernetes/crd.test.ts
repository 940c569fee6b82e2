import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { crdDifferences, crdObject } from '../../../../jobs/lib/kubernetes/crd.ts';

const POOLS = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  plural: 'ippools',
  singular: 'ippool',
  kind: 'IPPool',
  namespaced: false,
};

const forms = CUSTOM_RESOURCE_DEFINITIONS.map(api => ({ api, object: crdObject(api, POOLS) }));

test('a definition has the form of each version of the API', () => {
  const names = { kind: 'IPPool', plural: 'ippools', singular: 'ippool' };
  const common = { group: 'crd.projectcalico.org', scope: 'Cluster', names };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const metadata = { name: 'ippools.crd.projectcalico.org' };
  const kind = 'CustomResourceDefinition';
  assert.deepEqual(
    forms.map(({ object }) => object),
    [
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind,
        metadata,
        spec: { ...common, versions: [{ name: 'v1', served: true, storage: true, schema }] },
      },
      { apiVersion: 'apiextensions.k8s.io/v1beta1', kind, metadata, spec: { ...common, version: 'v1' } },
    ],
  );
});

test('our own definition fits in each form, and with what servers add', () => {
  for (const { object } of forms) {
    assert.deepEqual(crdDifferences(object, POOLS), []);
    assert.deepEqual(crdDifferences({ ...object, status: { storedVersions: ['v1'] } }, POOLS), []);
  }
  const versions = [{ name: 'v2', served: true }, { name: 'v1' }];
  const [{ object } = assert.fail()] = forms;
  assert.deepEqual(crdDifferences({ ...object, spec: { ...Object(object.spec), versions } }, POOLS), []);
});

test('every difference is named, with what was found and what is expected', () => {
  const other = { ...POOLS, namespaced: true, kind: 'Pool', plural: 'pools', version: 'v2', group: 'x.org' };
  for (const { api } of forms) {
    assert.deepEqual(crdDifferences(crdObject(api, other), POOLS), [
      'spec.group: found x.org, expected crd.projectcalico.org',
      'spec.scope: found Namespaced, expected Cluster',
      'spec.names.kind: found Pool, expected IPPool',
      'spec.names.plural: found pools, expected ippools',
      'spec.version: found v2, expected v1',
    ]);
  }
  assert.equal(crdDifferences({ metadata: { name: 'x' } }, POOLS).length, 5);
});

test('a version that is not served does not count', () => {
  const [{ object } = assert.fail()] = forms;
  const versions = [
    { name: 'v1', served: false },
    { name: 'v3', served: true },
  ];
  assert.deepEqual(crdDifferences({ ...object, spec: { ...Object(object.spec), versions } }, POOLS), [
    'spec.version: found v3, expected v1',
  ]);
});
