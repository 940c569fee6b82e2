import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Expression, isSelector, parseSelector } from '../../../../jobs/lib/calico/selector.ts';
import { expressions, printed } from './arbitrary-selectors.ts';

const equal = (label: string, value: string): Expression => ({ type: '==', label, value });

describe('parseSelector', () => {
  const table: readonly [selector: string, expression: Expression][] = [
    ['', { type: 'all' }],
    [' \t', { type: 'all' }],
    ['all()', { type: 'all' }],
    ['all( \n)', { type: 'all' }],
    ["a == 'b'", equal('a', 'b')],
    ['a=="b"', equal('a', 'b')],
    [`a == "it's"`, equal('a', "it's")],
    [`a == '"'`, equal('a', '"')],
    ["a == ''", equal('a', '')],
    ["a == ' && '", equal('a', ' && ')],
    ["calico/k8s_ns != 'x'", { type: '!=', label: 'calico/k8s_ns', value: 'x' }],
    ["a in {'x','y',}", { type: 'in', label: 'a', values: ['x', 'y'] }],
    ['a in {}', { type: 'in', label: 'a', values: [] }],
    ["a not in {'x'}", { type: 'not in', label: 'a', values: ['x'] }],
    ["a notin {'x'}", { type: 'not in', label: 'a', values: ['x'] }],
    ['has(a.b/c-d_e)', { type: 'has', label: 'a.b/c-d_e' }],
    ['has( \na )', { type: 'has', label: 'a' }],
    ["has == 'a'", equal('has', 'a')],
    ["all == 'a'", equal('all', 'a')],
    ["not == 'a'", equal('not', 'a')],
    ["inside == 'a'", equal('inside', 'a')],
    ['!has(a)', { type: 'not', operand: { type: 'has', label: 'a' } }],
    ['!!has(a)', { type: 'has', label: 'a' }],
    ["!(a == 'b')", { type: 'not', operand: equal('a', 'b') }],
    ["((a == 'b'))", equal('a', 'b')],
    [
      "a == '1' || b == '2' && c == '3'",
      {
        type: 'or',
        operands: [equal('a', '1'), { type: 'and', operands: [equal('b', '2'), equal('c', '3')] }],
      },
    ],
  ];
  for (const [selector, expression] of table) {
    it(`reads ${JSON.stringify(selector)}`, () => {
      const parsed = parseSelector(selector);
      assert.deepEqual('position' in parsed ? parsed : parsed.expression, expression);
    });
  }

  const wrong: readonly [selector: string, at: number, expected: RegExp][] = [
    ['==', 0, /a label/],
    ['a', 1, /'=='/],
    ['a = "b"', 2, /^==$/],
    ["a == 'b", 5, /a closing '/],
    ['a == b', 5, /in quotes/],
    ["a == 'b' &", 9, /^&&$/],
    ["a == 'b' && ", 12, /a label/],
    ["a == 'b' c == 'd'", 9, /an operator/],
    ["(a == 'b'", 9, /'\)'/],
    ["a == 'b')", 8, /an operator or the end/],
    ['()', 1, /a label/],
    ["a in 'b'", 5, /'\{'/],
    ["a in {'b' 'c'}", 10, /'\}'/],
    ["a in {,'b'}", 6, /'\}'/],
    ['has()', 3, /'=='/],
    ['!', 1, /a label/],
    ["my tag == ''", 3, /'=='/],
    ["in-group == ''", 0, /a label/],
    ["ä == 'a'", 0, /a label/],
    ["a ==\n'b'", 4, /a label, a quoted/],
    [`${'x'.repeat(513)} == ''`, 512, /'=='/],
    [`${'('.repeat(5000)}`, 500, /parentheses/],
  ];
  for (const [selector, at, expected] of wrong) {
    it(`refuses ${JSON.stringify(selector.slice(0, 30))} at ${at}`, () => {
      const parsed = parseSelector(selector);
      assert.ok('position' in parsed, 'it was read');
      assert.equal(parsed.position, at);
      assert.match(parsed.expected, expected);
      assert.equal(isSelector(selector), false);
    });
  }

  it('says where each label is', () => {
    const selector = `x == 'x' && !has( y ) || "z" == 'z'`.replace('"z"', 'z/z');
    const parsed = parseSelector(selector);
    assert.ok('labels' in parsed);
    const found = parsed.labels.map(({ label, start }) => [
      label,
      selector.slice(start, start + label.length),
    ]);
    assert.deepEqual(found, [
      ['x', 'x'],
      ['y', 'y'],
      ['z/z', 'z/z'],
    ]);
  });

  it('reads what was printed', () => {
    fc.assert(
      fc.property(expressions, expression => {
        const parsed = parseSelector(printed(expression));
        assert.deepEqual('position' in parsed ? parsed : parsed.expression, expression);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      'a',
      ' ',
      "'b'",
      '"',
      '==',
      '!',
      '&&',
      '||',
      '(',
      ')',
      '{',
      '}',
      ',',
      'in',
      'has(a)',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), parts => {
        const selector = parts.join('');
        const parsed = parseSelector(selector);
        if ('position' in parsed) assert.ok(parsed.position >= 0 && parsed.position <= selector.length);
        else assert.ok(parsed.labels.every(({ label, start }) => selector.startsWith(label, start)));
      }),
      { seed: 4, numRuns: 2000 },
    );
  });
});
