import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseGoObject, readGoFields } from '../../../../jobs/lib/calico/go-json.ts';

describe('parseGoObject', () => {
  it('matches keys in any case', () => {
    const fields = parseGoObject('{"CIDR":"a","IpIp_Mode":"b"}', ['cidr', 'ipip_mode']);
    assert.equal(fields?.last('cidr'), 'a');
    assert.equal(fields?.last('ipip_mode'), 'b');
    assert.deepEqual(fields?.unknown, []);
  });

  it('prefers the field with the exact name', () => {
    const fields = parseGoObject('{"A":1,"a":2}', ['a', 'A']);
    assert.deepEqual(fields?.all('A'), [1]);
    assert.deepEqual(fields?.all('a'), [2]);
  });

  it('keeps every value of a repeated key, the last one counts', () => {
    const fields = parseGoObject('{"cidr":"a","CIDR":"b","cidr":"c","Cidr":"d"}', ['cidr']);
    assert.deepEqual(fields?.all('cidr'), ['a', 'b', 'c', 'd']);
    assert.equal(fields?.last('cidr'), 'd');
  });

  it('takes null for absent', () => {
    const fields = parseGoObject('{"cidr":"a","CIDR":null,"ipip":null}', ['cidr', 'ipip']);
    assert.equal(fields?.last('cidr'), 'a');
    assert.deepEqual(fields?.all('ipip'), []);
  });

  it('names keys that match no field, and does not look into values', () => {
    const fields = parseGoObject(' { "x" : {"cidr":"no","k":[1,{"a":2}]} , "y":[] ,"cidr":"a\\"{,"} ', [
      'cidr',
    ]);
    assert.deepEqual(fields?.all('cidr'), ['a"{,']);
    assert.deepEqual(fields?.unknown, ['x', 'y']);
  });

  it('folds the two characters that Unicode folds to ASCII, and nothing else', () => {
    assert.equal(parseGoObject('{"ma\u017f\u212a":1}', ['mask'])?.last('mask'), 1);
    assert.deepEqual(parseGoObject('{"ıpıp":1,"mas":1}', ['ipip', 'mask'])?.unknown, ['ıpıp', 'mas']);
  });

  it('reads null as an object without fields', () => {
    assert.deepEqual(parseGoObject(' null ', ['a'])?.unknown, []);
  });

  for (const text of ['', '{', '[]', '"a"', '1', 'oops', "{'a':1}", '{"a":1}x']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseGoObject(text, ['a']), undefined));
  }

  it('agrees with JSON.parse on any object', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2), (data, space) => {
        const expected = Object.entries(JSON.parse(JSON.stringify(data)));
        const keys = expected.map(([key]) => key);
        const fields = parseGoObject(JSON.stringify(data, null, space), keys);
        for (const [key, value] of expected) {
          assert.deepEqual(fields?.all(key), value === null ? [] : [value]);
        }
      }),
    );
  });
});

describe('readGoFields', () => {
  it('does the same with an object that is parsed already', () => {
    const fields = readGoFields({ AsNumber: 1, asNumber: 2, x: 3 }, ['asNumber']);
    assert.deepEqual(fields.all('asNumber'), [1, 2]);
    assert.deepEqual(fields.unknown, ['x']);
  });
});
