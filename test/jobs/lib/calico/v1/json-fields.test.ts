import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Findings, findingsOf } from '../../../../../jobs/lib/calico/v1/findings.ts';
import { objectOf, type Read, readJson, struct } from '../../../../../jobs/lib/calico/v1/json-fields.ts';
import {
  integerOf,
  listOf,
  readBoolean,
  readInteger,
  readIp,
  readNetwork,
  readNumber,
  readString,
  readStringMap,
  readStrings,
} from '../../../../../jobs/lib/calico/v1/json-readers.ts';

const KEY = '/calico/v1/policy/tier/default/policy/p';
const readSample = objectOf(struct('selector', 'order', 'src_nets'));

function read<T>(text: string, reader: Read<T>): { value: T | undefined; found: Findings } {
  const found = findingsOf({ kind: 'Policy', id: KEY, name: 'Policy(name=p)', parts: { name: 'p' } });
  return { value: readJson({ found, key: KEY }, text, reader), found };
}

const fieldsAtFault = (found: Findings) => found.problems.map(problem => problem.field);

describe('objectOf', () => {
  const selector = (text: string) => read(text, readSample).value?.get('selector', readString);

  for (const [text, expected] of [
    ['{"selector":"a"}', 'a'],
    ['{"Selector":"a"}', 'a'],
    ['{"SELECTOR":"a","x":1}', 'a'],
    ['{"\u017felector":"a"}', 'a'],
    ['{"Selector":"a","selector":"b"}', 'b'],
    ['{"selector":"a","Selector":"b"}', 'b'],
    ['{"selector":"a","Selector":null}', 'a'],
    ['{"selector":null}', undefined],
    ['{}', undefined],
    ['null', undefined],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(selector(text), expected));
  }

  it('says which fields there are, and which it does not know', () => {
    const { value } = read('{"order":null,"selector":"","Nope":1,"log":{}}', readSample);
    assert.equal(value?.has('order'), false);
    assert.equal(value?.has('selector'), true);
    assert.deepEqual(value?.unknown, ['Nope', 'log']);
  });

  for (const text of ['[]', '"a"', '1', 'true']) {
    it(`refuses ${text}`, () => {
      const { value, found } = read(text, readSample);
      assert.equal(value, undefined);
      assert.equal(found.problems[0]?.reason, `is ${text}, expected a JSON object`);
    });
  }

  it('names object, key, path, what was found and what to do', () => {
    const { found } = read('{"a":{"b":[1,"x"]}}', (value, path, source) =>
      objectOf(struct('a'))(value, path, source)
        ?.get('a', objectOf(struct('b')))
        ?.get('b', readStrings),
    );
    assert.deepEqual(found.problems, [
      {
        object: 'Policy(name=p)',
        key: KEY,
        report: 'conversionerrors',
        field: 'a.b[0]',
        reason: 'is 1, expected a text in quotes',
        fix: 'Write the value in quotes',
      },
    ]);
  });
});

describe('readJson', () => {
  for (const text of ['', '{', 'not json', "{'a':1}", '{"a":1}x']) {
    it(`makes a conversion error of ${JSON.stringify(text)}`, () => {
      const { value, found } = read(text, readSample);
      assert.equal(value, undefined);
      assert.equal(found.problems.length, 1);
      assert.equal(found.problems[0]?.report, 'conversionerrors');
      assert.match(found.problems[0]?.reason ?? '', /expected JSON$/);
    });
  }
});

describe('readers', () => {
  const table: readonly [name: string, reader: Read<unknown>, text: string, expected: unknown][] = [
    ['string', readString, '"a"', 'a'],
    ['string', readString, '5', undefined],
    ['boolean', readBoolean, 'false', false],
    ['boolean', readBoolean, '"true"', undefined],
    ['number', readNumber, '1.5', 1.5],
    ['number', readNumber, '1e400', undefined],
    ['number', readNumber, '"100"', undefined],
    ['integer', integerOf(0, 255), '255', 255],
    ['integer', integerOf(0, 255), '256', undefined],
    ['integer', integerOf(0, 255), '-1', undefined],
    ['integer', readInteger, '1.5', undefined],
    ['address', readIp, '"FD00::0001"', 'fd00::1'],
    ['address', readIp, '"::ffff:10.0.0.1"', '10.0.0.1'],
    ['address', readIp, '"10.0.0.300"', undefined],
    ['address', readIp, '7', undefined],
    ['network', readNetwork, '"10.0.0.1/8"', '10.0.0.0/8'],
    ['network', readNetwork, '"10.0.0.1"', '10.0.0.1/32'],
    ['network', readNetwork, '"fd00::1"', 'fd00::1/128'],
    ['network', readNetwork, '"10.0.0.0/33"', undefined],
    ['network', readNetwork, '""', undefined],
    ['list', readStrings, '{"0":"a"}', undefined],
    ['map', readStringMap, '["a"]', undefined],
  ];
  for (const [name, reader, text, expected] of table) {
    it(`${name}: ${text} is ${expected === undefined ? 'refused' : JSON.stringify(expected)}`, () => {
      const { value, found } = read(text, reader);
      assert.deepEqual(value, expected);
      assert.equal(found.problems.length, expected === undefined ? 1 : 0);
    });
  }

  it('records every wrong element of a list, null included', () => {
    const { found } = read('["10.0.0.0/8",null,"x",7,"fd00::/8"]', listOf(readNetwork));
    assert.deepEqual(fieldsAtFault(found), ['[1]', '[2]', '[3]']);
  });

  it('takes null for the empty text, and names the key of a wrong value', () => {
    const { value, found } = read('{"b":"2","a":null,"c":3,"d":[]}', readStringMap);
    assert.deepEqual(Object.entries(value ?? {}), [
      ['b', '2'],
      ['a', ''],
    ]);
    assert.deepEqual(fieldsAtFault(found), ['["c"]', '["d"]']);
  });

  it('reads any map of texts, and keeps names such as __proto__', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string())),
        entries => {
          const map = new Map(entries);
          const text = `{${[...map].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`;
          const { value, found } = read(text, readStringMap);
          assert.deepEqual(found.problems, []);
          assert.deepEqual(new Map(Object.entries(value ?? {})), map);
        },
      ),
      { seed: 1 },
    );
  });

  it('never throws on any JSON value, and gives either a value or a problem', () => {
    const readers: Read<unknown>[] = [
      readString,
      readNumber,
      readIp,
      readNetwork,
      readStrings,
      readStringMap,
      readSample,
    ];
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...readers), (data, reader) => {
        const { value, found } = read(JSON.stringify(data), reader);
        assert.ok(value !== undefined || found.problems.length > 0);
      }),
      { seed: 2 },
    );
  });
});
