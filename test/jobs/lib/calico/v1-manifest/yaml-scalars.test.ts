import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { CALICOCTL_SCHEMA } from '../../../../../jobs/lib/calico/v1-manifest/yaml-scalars.ts';
import { converted, manifest, refused } from './converted.ts';

describe('scalars without quotes are what yaml.v2 takes them for', () => {
  for (const [text, value] of [
    ...(['y', 'Yes', 'on', 'TRUE'] as const).map(word => [word, true] as const),
    ...(['N', 'no', 'Off', 'false'] as const).map(word => [word, false] as const),
    ['', null],
    ['~', null],
    ['Null', null],
    ['80', 80],
    ['-1', -1],
    ['+0', 0],
    ['1_000', 1000],
    ['0777', 511],
    ['-010', -8],
    ['0x1F', 31],
    ['0b101', 5],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['1e+21', 1e21],
    ['1e-07', 1e-7],
    ['1e+999', '1e+999'],
    ['123e4567', '123e4567'],
    ['8000:8100', '8000:8100'],
    ['089', '089'],
    ['0xyz', '0xyz'],
    ['_1', '_1'],
    ['2017-01-01', '2017-01-01'],
    ['.inf', '.inf'],
    ['=', '='],
    ['yES', 'yES'],
    ['"yes"', 'yes'],
    ["'80'", '80'],
  ] as const) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual(load(`a: ${text}`, { schema: CALICOCTL_SCHEMA }), { a: value });
    });
  }
});

describe('a text without quotes', () => {
  it('is the text of a whole number or a boolean, as for calicoctl', () => {
    const { metadata } = converted(manifest('policy', { name: 10, annotations: { a: true, b: -1 } }));
    assert.deepEqual(metadata, { name: '10', annotations: { a: 'true', b: '-1' } });
  });

  it('is refused where it is a fraction, or too large to be exact', () => {
    refused(manifest('policy', { name: 1.5 }), 'metadata.name');
    refused(manifest('policy', { name: 'p', annotations: { a: 2 ** 60 } }), 'metadata.annotations["a"]');
  });
});
