import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Expression, isSelector, parseSelector } from '../../../../jobs/lib/calico/selector.ts';
import {
  convertSelector,
  mergeTag,
  oldNamespaceLabels,
} from '../../../../jobs/lib/calico/selector-conversion.ts';
import { expressions, printed, selects } from './arbitrary-selectors.ts';

describe('convertSelector', () => {
  for (const [selector, expected] of [
    ["calico/k8s_ns == 'a'", "projectcalico.org/namespace == 'a'"],
    ['!has(  calico/k8s_ns )', '!has(  projectcalico.org/namespace )'],
    ["calico/k8s_ns  in{'a'}", "projectcalico.org/namespace  in{'a'}"],
    ["a == 'calico/k8s_ns'", "a == 'calico/k8s_ns'"],
    ["has(calico/k8s_ns)&&x=='calico/k8s_ns'", "has(projectcalico.org/namespace)&&x=='calico/k8s_ns'"],
    ["xcalico/k8s_ns2 == 'a'", "xcalico/k8s_ns2 == 'a'"],
    ["calico/k8s_ns/label/x == 'a'", "calico/k8s_ns/label/x == 'a'"],
    ['calico/k8s_ns ==', 'calico/k8s_ns =='],
    ['', ''],
    [' all( )\t', ' all( )\t'],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(selector)}`, () => {
      assert.equal(convertSelector(selector), expected);
    });
  }

  it('renames the label and changes nothing else, in text and in meaning', () => {
    fc.assert(
      fc.property(expressions, expression => {
        const converted = convertSelector(printed(expression));
        assert.equal(converted, printed(renamed(expression)));
        assert.deepEqual(expressionOf(converted), renamed(expression));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('keeps every text that has no such label', () => {
    fc.assert(
      fc.property(fc.string(), text => assert.equal(convertSelector(text), text)),
      { seed: 6 },
    );
  });
});

describe('mergeTag', () => {
  for (const [selector, tag, join, expected] of [
    ['', '', 'both', ''],
    ["a == 'b'", '', 'both', "a == 'b'"],
    ['', 'web', 'both', "web == ''"],
    ["a == 'b' || has(c)", 'web', 'both', "(a == 'b' || has(c)) && web == ''"],
    ['', 'web', 'either', "web == ''"],
    ["a == 'b' && has(c)", 'web', 'either', "(a == 'b' && has(c)) || web == ''"],
  ] as const) {
    it(`makes ${JSON.stringify(expected)}`, () => assert.equal(mergeTag(selector, tag, join), expected));
  }

  const endpoints = fc.dictionary(
    fc.constantFrom('a', 'all', 'web', 'calico/k8s_ns'),
    fc.constantFrom('', '"'),
  );

  it('selects what both, or either, select', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom('both', 'either'), endpoints, (expression, join, endpoint) => {
        const merged = expressionOf(mergeTag(printed(expression), 'web', join));
        const [inSelector, inTag] = [selects(expression, endpoint), endpoint.web === ''];
        assert.equal(selects(merged, endpoint), join === 'both' ? inSelector && inTag : inSelector || inTag);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('oldNamespaceLabels', () => {
  it('finds labels, once each, and not the same text in values', () => {
    assert.deepEqual(
      oldNamespaceLabels(
        "k8s_ns/label/a == 'k8s_ns/label/b' || has(calico/k8s_ns/label/c) || has(k8s_ns/label/a)",
      ),
      ['k8s_ns/label/a', 'calico/k8s_ns/label/c'],
    );
  });

  it('finds none in other selectors', () => {
    for (const selector of ["pcns.a == 'b'", "a == 'k8s_ns/label/b'", 'has(k8s_ns/label/)', '==']) {
      assert.deepEqual(oldNamespaceLabels(selector), []);
    }
  });
});

function expressionOf(selector: string): Expression {
  assert.ok(isSelector(selector), selector);
  const parsed = parseSelector(selector);
  return 'position' in parsed ? { type: 'all' } : parsed.expression;
}

function renamed(expression: Expression): Expression {
  if ('operand' in expression) return { ...expression, operand: renamed(expression.operand) };
  if ('operands' in expression) return { ...expression, operands: expression.operands.map(renamed) };
  if (!('label' in expression) || expression.label !== 'calico/k8s_ns') return expression;
  return { ...expression, label: 'projectcalico.org/namespace' };
}
