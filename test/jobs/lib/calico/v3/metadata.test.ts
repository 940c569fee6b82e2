import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  annotationProblems,
  isLabelKey,
  isLabelValue,
  labelProblems,
} from '../../../../../jobs/lib/calico/v3/metadata.ts';

const LONGEST = 'x'.repeat(63);

describe('isLabelKey', () => {
  for (const key of [
    'a',
    'A',
    'a-b_c.D',
    '0',
    LONGEST,
    `example.com/${LONGEST}`,
    'a/b',
    `${'x'.repeat(253)}/a`,
  ]) {
    it(`takes ${key.slice(0, 20)}`, () => assert.ok(isLabelKey(key)));
  }
  for (const key of [
    '',
    '-a',
    'a-',
    'a b',
    `${LONGEST}x`,
    'a/b/c',
    '/a',
    'a/',
    'A/a',
    'a_b/c',
    `${'x'.repeat(254)}/a`,
  ]) {
    it(`refuses '${key.slice(0, 20)}'`, () => assert.ok(!isLabelKey(key)));
  }
});

describe('isLabelValue', () => {
  for (const value of ['', 'a', 'A.b-c_D', LONGEST]) {
    it(`takes '${value.slice(0, 20)}'`, () => assert.ok(isLabelValue(value)));
  }
  for (const value of [' ', 'a b', '-', 'a.', 'a/b', `${LONGEST}x`, 'a\n']) {
    it(`refuses ${JSON.stringify(value.slice(0, 20))}`, () => assert.ok(!isLabelValue(value)));
  }
});

describe('labelProblems', () => {
  it('names every key and value at fault', () => {
    const fields = labelProblems('metadata.labels', { 'a b': 'c', ok: 'ok', d: '!' }).map(
      problem => problem.field,
    );
    assert.deepEqual(fields, ['metadata.labels', 'metadata.labels["d"]']);
  });

  it('has nothing to say of no labels', () => assert.deepEqual(labelProblems('f', undefined), []));
});

describe('annotationProblems', () => {
  it('takes any value, and a prefix in capitals', () => {
    assert.deepEqual(annotationProblems('f', { 'Example.COM/A': '<>& \u2028' }), []);
  });

  it('refuses what is no key', () =>
    assert.equal(annotationProblems('f', { 'a b': '', 'a/b/c': '' }).length, 2));

  it('counts the bytes of keys and values', () => {
    assert.deepEqual(annotationProblems('f', { a: 'x'.repeat(256 * 1024 - 1) }), []);
    const [problem] = annotationProblems('f', { a: 'é'.repeat(128 * 1024) });
    assert.equal(problem?.reason, 'hold 262145 bytes, expected 262144 at most');
  });
});
