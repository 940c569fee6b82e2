import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences, differenceText } from '../../../../jobs/lib/calico/diff.ts';
import { sameMeaning } from '../../../../jobs/lib/calico/equal.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { kindNamed } from './tpr-objects.ts';

const object = (spec: unknown, metadata = {}): KubeObject => ({ metadata: { name: 'x', ...metadata }, spec });
const same = (kind: string, existing: KubeObject, wanted: KubeObject) =>
  sameMeaning(kindNamed(kind), existing, wanted);

describe('two CRD objects mean the same', () => {
  const pairs: [why: string, kind: string, existing: object, wanted: object][] = [
    [
      'with empty fields',
      'IpPool',
      { cidr: '10.0.0.0/8', ipip: { enabled: true, mode: '' }, disabled: false },
      { cidr: '10.0.0.0/8', ipip: { enabled: true } },
    ],
    [
      'with nothing but empty fields',
      'IpPool',
      { cidr: '10.0.0.0/8', ipip: { mode: '' } },
      { cidr: '10.0.0.0/8' },
    ],
    ['with the network in another notation', 'IpPool', { cidr: 'FD80:0::/48' }, { cidr: 'fd80::/48' }],
    [
      'with the AS number as a string',
      'GlobalBgpPeer',
      { peerIP: 'FD00:0::1', asNumber: '1.10' },
      { peerIP: 'fd00::1', asNumber: 65546 },
    ],
    ['with an empty value', 'GlobalConfig', { name: 'A', value: null }, { name: 'A' }],
    [
      'with empty lists and entities',
      'SystemNetworkPolicy',
      { ingress: [], egress: [{ source: {}, action: 'allow' }] },
      { egress: [{ action: 'allow' }] },
    ],
  ];
  for (const [why, kind, existing, wanted] of pairs) {
    it(why, () => {
      assert.equal(same(kind, object(existing), object(wanted)), true);
      assert.equal(same(kind, object(wanted), object(existing)), true);
    });
  }

  it('if only the existing one has further labels and annotations', () => {
    const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const existing = object({}, { labels: { a: 'b', c: 'd' }, annotations: applied, uid: '1' });
    assert.equal(same('IpPool', existing, object({}, { labels: { a: 'b' } })), true);
  });
});

describe('two CRD objects differ', () => {
  const pairs: [why: string, kind: string, existing: unknown, wanted: unknown, fields: string[]][] = [
    [
      'in a value',
      'GlobalConfig',
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
      ['spec.value: found "1", wanted "2"'],
    ],
    [
      'in a further field',
      'GlobalConfig',
      { name: 'A', more: 1 },
      { name: 'A' },
      ['spec.more: found 1, wanted nothing'],
    ],
    ['without a spec', 'GlobalConfig', undefined, { name: 'A' }, ['spec.name: found nothing, wanted "A"']],
    [
      'in the mode',
      'IpPool',
      { ipip: { mode: 'always' } },
      { ipip: { mode: 'cross-subnet' } },
      ['spec.ipip.mode: found "always", wanted "cross-subnet"'],
    ],
    ['in order 0 and none', 'SystemNetworkPolicy', { order: 0 }, {}, ['spec.order: found 0, wanted nothing']],
    [
      'in an empty rule',
      'SystemNetworkPolicy',
      { ingress: [{}] },
      {},
      ['spec.ingress: found [{}], wanted nothing'],
    ],
    [
      'in one rule',
      'SystemNetworkPolicy',
      { ingress: [{ action: 'allow' }, { action: 'deny' }] },
      { ingress: [{ action: 'allow' }] },
      ['spec.ingress[1]: found {"action":"deny"}, wanted nothing'],
    ],
    [
      'in a field that looks like none',
      'SystemNetworkPolicy',
      {},
      { constructor: 'a', 'x.y': 'b' },
      ['spec.constructor: found nothing, wanted "a"', 'spec["x.y"]: found nothing, wanted "b"'],
    ],
  ];
  for (const [why, kind, existing, wanted, fields] of pairs) {
    it(why, () => {
      const found = differences(kindNamed(kind), object(existing), object(wanted));
      assert.deepEqual(found.map(differenceText), fields);
      assert.equal(same(kind, object(existing), object(wanted)), false);
    });
  }

  it('if a wanted label or annotation is missing or another', () => {
    const wanted = object({}, { labels: { a: '' }, annotations: { 'x/y': '1' } });
    const found = differences(kindNamed('IpPool'), object({}, { annotations: { 'x/y': '2' } }), wanted);
    assert.deepEqual(found.map(differenceText), [
      'metadata.labels.a: found nothing, wanted ""',
      'metadata.annotations["x/y"]: found "2", wanted "1"',
    ]);
  });

  it('and long values are cut', () => {
    const text = differenceText({ field: 'spec.value', found: 'x'.repeat(1000), wanted: 'a\nb' });
    assert.equal(text, `spec.value: found "${'x'.repeat(79)}… (1002 characters), wanted "a\\nb"`);
  });
});
