import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, converted, manifest, refused } from './converted.ts';

const profile = (metadata: object, spec?: unknown) => manifest('profile', { name: 'p', ...metadata }, spec);
const rule = { action: 'deny', source: { tag: 'a' } };
const v3Rule = { action: 'Deny', source: { selector: "a == ''" }, destination: {} };

describe('a profile becomes a Profile', () => {
  for (const [what, v1, spec] of [
    ['without anything', profile({}), {}],
    ['with tags, one of them twice', profile({ tags: ['a', 'b', 'a'] }), { labelsToApply: { a: '', b: '' } }],
    ['with labels', profile({ labels: { env: 'prod' }, tags: [] }), { labelsToApply: { env: 'prod' } }],
    ['with rules', profile({}, { ingress: [rule], egress: [rule] }), { ingress: [v3Rule], egress: [v3Rule] }],
  ] as const) {
    it(what, () => assert.deepEqual(converted(v1), { metadata: { name: 'p' }, spec }));
  }

  it('of a namespace with the new name, and a note', () => {
    const object = profile({ name: 'k8s_ns.shop' });
    assert.deepEqual(converted(object).metadata, { name: 'kns.shop' });
    assert.match(convert(object).notes[0]?.reason ?? '', /made from a namespace.*do not apply it/);
    assert.match(convert(profile({ name: 'openstack-sg-1' })).notes[0]?.reason ?? '', /networking-calico/);
    assert.deepEqual(convert(profile({})).notes, []);
  });
});

describe('what is wrong in a profile is named by its path in the manifest', () => {
  for (const [what, object, ...fields] of [
    ['a name that is none', profile({ name: null }), 'metadata.name'],
    ['tags that are no list', profile({ tags: 'a' }), 'metadata.tags'],
    ['a tag that is a fraction', profile({ tags: ['a', 1.5] }), 'metadata.tags[1]'],
    ['a tag that is a label', profile({ labels: { a: 'b' }, tags: ['c', 'a'] }), 'metadata.tags[1]'],
    ['a tag that is no key of a label', profile({ tags: ['a/b/c'] }), 'metadata.tags'],
    ['a key of a label', profile({ labels: { 'a/b/c': 'x' } }), 'metadata.labels'],
    ['a value of a label', profile({ labels: { a: 'x y' } }), 'metadata.labels["a"]'],
    ['a label that is a list', profile({ labels: { a: [] } }), 'metadata.labels["a"]'],
    ['a rule', profile({}, { egress: [{ action: 'x' }] }), 'spec.egress[0].action'],
    [
      'a network',
      profile({}, { egress: [{ action: 'deny', source: { nets: [1] } }] }),
      'spec.egress[0].source.nets[0]',
    ],
  ] as const) {
    it(what, () => refused(object, ...fields));
  }
});
