import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessText, rights } from '../../../../jobs/lib/kubernetes/access.ts';
import { CONFIG_MAPS, NODES, THIRD_PARTY_RESOURCES } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { sameContent, withoutServerFields } from '../../../../jobs/lib/kubernetes/clean.ts';
import { isBeingDeleted, isKubeObject, objectKey } from '../../../../jobs/lib/kubernetes/object.ts';
import {
  apiVersionOf,
  listPath,
  objectPath,
  resourceName,
} from '../../../../jobs/lib/kubernetes/resource.ts';

test('paths and names of the core group and of others, with and without a namespace', () => {
  assert.equal(listPath(NODES), '/api/v1/nodes');
  assert.equal(listPath(CONFIG_MAPS, 'default'), '/api/v1/namespaces/default/configmaps');
  assert.equal(listPath(CONFIG_MAPS), '/api/v1/configmaps');
  assert.equal(objectPath(NODES, 'node-1'), '/api/v1/nodes/node-1');
  const tpr = '/apis/extensions/v1beta1/thirdpartyresources';
  assert.equal(
    objectPath(THIRD_PARTY_RESOURCES, 'ip-pool.projectcalico.org'),
    `${tpr}/ip-pool.projectcalico.org`,
  );
  assert.deepEqual([NODES, THIRD_PARTY_RESOURCES].map(apiVersionOf), ['v1', 'extensions/v1beta1']);
  assert.deepEqual([NODES, THIRD_PARTY_RESOURCES].map(resourceName), [
    'nodes',
    'thirdpartyresources.extensions',
  ]);
});

test('a name cannot leave its place in a path', () => {
  assert.equal(objectPath(CONFIG_MAPS, '../x?y', 'a/b'), '/api/v1/namespaces/a%2Fb/configmaps/..%2Fx%3Fy');
});

test('a right reads as an operator would ask for it', () => {
  const texts = [
    ...rights(NODES, ['list']),
    ...rights(CONFIG_MAPS, ['get', 'create'], { namespace: 'default' }),
    ...rights(THIRD_PARTY_RESOURCES, ['get'], { name: 'x' }),
    ...rights(CONFIG_MAPS, ['update'], { namespace: 'default', name: 'report' }),
  ].map(accessText);
  assert.deepEqual(texts, [
    'list nodes',
    'get configmaps in namespace default',
    'create configmaps in namespace default',
    'get thirdpartyresources.extensions "x"',
    'update configmaps "report" in namespace default',
  ]);
});

test('only what has a metadata with a name is an object', () => {
  assert.ok(isKubeObject({ metadata: { name: 'a' } }));
  for (const value of [null, [], 'a', {}, { metadata: null }, { metadata: [] }, { metadata: { name: 1 } }])
    assert.equal(isKubeObject(value), false);
  assert.equal(objectKey({ metadata: { name: 'a', namespace: 'b' } }), 'b/a');
  assert.equal(objectKey({ metadata: { name: 'a', namespace: '' } }), 'a');
});

const WRITTEN = {
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'a', labels: { b: 'c' } },
  spec: { d: [1, null, ''] },
};

test('what servers of any version add is no content', () => {
  const stored = {
    ...WRITTEN,
    metadata: {
      ...WRITTEN.metadata,
      namespace: '',
      clusterName: '',
      uid: 'u',
      resourceVersion: '1',
      selfLink: '/x',
      creationTimestamp: '2026-11-20T10:00:00Z',
      generation: 1,
      deletionTimestamp: null,
      deletionGracePeriodSeconds: null,
      managedFields: [{ manager: 'x' }],
    },
  };
  assert.deepEqual(withoutServerFields(stored), WRITTEN);
  assert.ok(sameContent(stored, WRITTEN));
});

test('everything that a user wrote is', () => {
  const { metadata } = WRITTEN;
  const others = [
    { ...WRITTEN, spec: { d: [1, null] } },
    { ...WRITTEN, metadata: { ...metadata, labels: {} } },
    { ...WRITTEN, metadata: { ...metadata, namespace: 'kube-system' } },
    { ...WRITTEN, metadata: { ...metadata, annotations: { a: '' } } },
    { ...WRITTEN, metadata: { ...metadata, finalizers: ['x'] } },
    { ...WRITTEN, status: {} },
  ];
  for (const other of others) assert.equal(sameContent(other, WRITTEN), false, JSON.stringify(other));
});

test('an object is being deleted when it has the time of its deletion: 1.7 writes null into others', () => {
  const dying = (deletionTimestamp: unknown) =>
    isBeingDeleted({ metadata: { name: 'a', deletionTimestamp } });
  assert.deepEqual([undefined, null, '', '2026-11-20T10:00:00Z'].map(dying), [false, false, false, true]);
});
