import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isModelKey, treeOfKey } from '../../../../../jobs/lib/calico/v1/model-keys.ts';
import { FOREIGN_KEYS, MODEL_KEYS } from '../../../etcd-cleaner/data.ts';

describe('isModelKey', () => {
  for (const key of Object.keys(MODEL_KEYS)) it(`knows ${key}`, () => assert.equal(isModelKey(key), true));

  for (const key of Object.keys(FOREIGN_KEYS))
    it(`leaves ${key} to others`, () => assert.equal(isModelKey(key), false));

  for (const key of [
    '/calico/bgp/v2/global/as_num',
    '/calico/bgp/v1/global/unknown',
    '/calico/bgp/v1/rr_v4/192.0.2.1/more',
    '/calico/ipam/v1/handle/x',
    '/calico/felix/v2/host/n1/status',
    '/calico/v1/policy/profile/x/other',
    '/calico/v1/host/plain-key',
    '/calicoctl/x',
    '/docker/network/v1.0/x',
  ]) {
    it(`leaves ${key} to others`, () => assert.equal(isModelKey(key), false));
  }

  it('knows the directories of the model, and those above them', () => {
    const known = [
      '/calico/v1/',
      '/calico/bgp/',
      '/calico/bgp/v1/host/n1/',
      '/calico/ipam/v2/host/n1/ipv4/block/',
    ];
    assert.deepEqual(known.filter(isModelKey), known);
    assert.deepEqual(['/calico/bgp/v2/', '/calico/v10/', '/docker/'].filter(isModelKey), []);
  });
});

describe('treeOfKey', () => {
  it('is the part below /calico', () =>
    assert.equal(treeOfKey('/calico/bgp/v1/global/as_num'), '/calico/bgp'));
});
