import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertIpPool } from '../../../../jobs/lib/calico/ip-pool.ts';
import { kindNamed, objectOf, tprObject } from './tpr-objects.ts';

const kind = kindNamed('IpPool');
const metadataFor = (metadata: object) => {
  const spec = { value: '{"cidr":"10.64.0.0/16"}' };
  return objectOf(convertIpPool(kind, tprObject(kind, '10-64-0-0-16', spec, metadata))).metadata;
};

describe('the metadata of a copy', () => {
  it('is the name only, where a user added nothing', () => {
    const set = {
      generation: 1,
      deletionTimestamp: '2017-08-01T09:00:00Z',
      deletionGracePeriodSeconds: 0,
      ownerReferences: [{ uid: 'a' }],
      finalizers: ['x'],
      labels: {},
      annotations: {},
    };
    assert.deepEqual(metadataFor(set), { name: '10-64-0-0-16' });
  });

  it('keeps labels and annotations', () => {
    const given = { labels: { a: 'b', constructor: '' }, annotations: { 'x.y/z': 'long' } };
    assert.deepEqual(metadataFor(given), { name: '10-64-0-0-16', ...given });
  });

  it('has not the annotation of kubectl apply', () => {
    const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    assert.deepEqual(metadataFor({ annotations: applied }), { name: '10-64-0-0-16' });
    assert.deepEqual(metadataFor({ annotations: { ...applied, a: 'b' } }), {
      name: '10-64-0-0-16',
      annotations: { a: 'b' },
    });
  });
});
