import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CORE_SCHEMA, load } from 'js-yaml';
import { goYaml } from '../../../../jobs/lib/calico/go-yaml.ts';

const NOT_ASCII = ['é', '\u00a0', '日', '😀', '\u0085', '\ufeff', '\x7f', '\ufffe'];
const SYNTAX = [
  ' ',
  ' ',
  '  ',
  '\n',
  '\n\n',
  '\t',
  '\r',
  ': ',
  ' #',
  '- ',
  '? ',
  "'",
  '"',
  '\\',
  '---',
  '...',
  '{',
  '*',
];
const TYPED = ['yes', 'null', '~', '0x1', '1_0', '1e3', '.5', '.inf', '10:30', '<<', '='];

/** Without U+2028 and U+2029: YAML 1.1, which Go writes, has them as line breaks, YAML 1.2 does not. */
const text = fc.oneof(
  fc
    .array(fc.constantFrom('word', 'x'.repeat(40), ...SYNTAX, ...TYPED, ...NOT_ASCII), { maxLength: 25 })
    .map(parts => parts.join('')),
  fc.string({ maxLength: 100 }),
);

/** Fractions that a float of 32 bits holds exactly: Go's YAML of 2017 rounds others. */
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -9999, max: 9999 }).map(eighths => eighths / 8),
);

const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

describe('YAML in the format of Go', () => {
  // Not a text alone: Go indents it below the root by 2, where js-yaml expects 1.
  const data = fc.oneof(fc.array(value), fc.dictionary(text, value, { noNullPrototype: true }));

  it('is read back as the same data', () => {
    fc.assert(
      fc.property(data, given => assert.deepEqual(load(goYaml(given), { schema: CORE_SCHEMA }), given)),
      { numRuns: 1000 },
    );
  });
});
