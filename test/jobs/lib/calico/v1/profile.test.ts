import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profile, refused, resource, specText } from './conversion.ts';

describe('convertProfile', () => {
  for (const [name, parts, spec] of [
    ['tags alone', { tags: ['t1'] }, '{"labelsToApply":{"t1":""}}'],
    ['labels alone', { labels: { a: 'b' } }, '{"labelsToApply":{"a":"b"}}'],
    ['tags and labels', { tags: ['t'], labels: { a: 'b' } }, '{"labelsToApply":{"a":"b","t":""}}'],
    ['rules alone', { rules: { inbound_rules: [], outbound_rules: null } }, '{}'],
    ['empty parts', { rules: {}, tags: [], labels: {} }, '{}'],
    ['null', { rules: 'null', tags: 'null', labels: 'null' }, '{}'],
    ['row 16: a repeated tag', { tags: ['web', 'web'] }, '{"labelsToApply":{"web":""}}'],
    [
      'rules, tags and labels',
      { tags: ['t'], labels: { a: '' }, rules: { inbound_rules: [{ src_tag: 't' }] } },
      `{"ingress":[{"action":"Allow","source":{"selector":"t == ''"},"destination":{}}],"labelsToApply":{"a":"","t":""}}`,
    ],
  ] as const) {
    it(`converts ${name}`, () => assert.equal(specText(profile(parts)), spec));
  }

  for (const [name, v3] of [
    ['p1', 'p1'],
    ['Web_Profile', 'web-profile-0fcf5897'],
    ['prof/one', 'prof.one-e593d9b2'],
    ['-lead', 'lead-246b9686'],
    ['UP.per', 'up.per-4b1a79ce'],
  ] as const) {
    it(`names ${name} ${v3}`, () => {
      const result = profile({ tags: [] }, name);
      assert.equal(result.v3Name, `Profile(${v3})`);
      assert.equal(resource(result).metadata.name, v3);
      assert.equal(result.entry?.key, `/calico/resources/v3/projectcalico.org/profiles/${v3}`);
    });
  }

  it('refuses a tag that is a label too, and names its key', () => {
    const result = profile({ tags: ['b', 'a'], labels: { a: 'x' } });
    refused(result, 'conversionerrors', '[1]');
    assert.equal(result.problems[0]?.key, '/calico/v1/policy/profile/p/tags');
  });

  it('row 1: names every key that does not parse', () => {
    const result = profile({ rules: '{bad', tags: '{}', labels: { a: 1 } });
    refused(result, 'conversionerrors', '', '', '["a"]');
    assert.deepEqual(
      result.problems.map(problem => problem.key.split('/').at(-1)),
      ['rules', 'tags', 'labels'],
    );
  });

  for (const [name, parts, ...fields] of [
    ['a label key', { labels: { 'bad key': 'v' } }, 'spec.labelsToApply'],
    ['a label value', { labels: { a: 'b c' } }, 'spec.labelsToApply["a"]'],
    ['a tag', { tags: ['not a tag'] }, 'spec.labelsToApply'],
    ['a rule', { rules: { outbound_rules: [{ action: 'x' }] } }, 'spec.egress[0].action'],
  ] as const) {
    it(`refuses ${name} that v3 refuses`, () => refused(profile(parts), 'validationerrors', ...fields));
  }

  it('refuses a name that is too long', () => {
    refused(profile({ tags: [] }, 'p'.repeat(254)), 'validationerrors', 'metadata.name');
  });
});
