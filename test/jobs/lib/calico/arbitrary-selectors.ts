import fc from 'fast-check';
import type { Expression } from '../../../../jobs/lib/calico/selector.ts';

const labels = fc.oneof(
  fc.constantFrom('calico/k8s_ns', 'xcalico/k8s_ns', 'calico/k8s_ns2', 'all', 'has', 'a'),
  fc.stringMatching(/^[a-hA-Z0-9_./-]{1,20}$/),
);
const values = fc.oneof(fc.constant('calico/k8s_ns'), fc.stringMatching(/^[^'"]{0,12}$/), fc.constant(`"`));

/** Expressions in the form that the parser gives: no chain of one operand, none directly inside its like. */
export const expressions: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression; leaf: Expression }>(
  tie => ({
    leaf: fc.oneof(
      fc.constant<Expression>({ type: 'all' }),
      labels.map((label): Expression => ({ type: 'has', label })),
      fc
        .tuple(fc.constantFrom('==' as const, '!=' as const), labels, values)
        .map(([type, label, value]): Expression => ({ type, label, value })),
      fc
        .tuple(fc.constantFrom('in' as const, 'not in' as const), labels, fc.array(values))
        .map(([type, label, list]): Expression => ({ type, label, values: list })),
    ),
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      tie('leaf'),
      tie('any').map((operand): Expression => (operand.type === 'not' ? operand : { type: 'not', operand })),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
        )
        .map(([type, operands]): Expression => ({ type, operands })),
    ),
  }),
).any;

/** The text of an expression, with parentheses around every operand that has operands of its own. */
export function printed(expression: Expression): string {
  switch (expression.type) {
    case 'all':
      return 'all()';
    case 'has':
      return `has(${expression.label})`;
    case '==':
    case '!=':
      return `${expression.label} ${expression.type} ${quoted(expression.value)}`;
    case 'in':
    case 'not in':
      return `${expression.label} ${expression.type} {${expression.values.map(quoted).join(', ')}}`;
    case 'not':
      return `!(${printed(expression.operand)})`;
    case 'and':
    case 'or':
      return expression.operands
        .map(operand => `(${printed(operand)})`)
        .join(expression.type === 'and' ? ' && ' : ' || ');
  }
}

/** Whether an endpoint with these labels is selected. */
export function selects(expression: Expression, endpoint: Readonly<Record<string, string>>): boolean {
  switch (expression.type) {
    case 'all':
      return true;
    case 'has':
      return Object.hasOwn(endpoint, expression.label);
    case '==':
      return endpoint[expression.label] === expression.value;
    case '!=':
      return endpoint[expression.label] !== expression.value;
    case 'in':
      return expression.values.includes(endpoint[expression.label] ?? '\0');
    case 'not in':
      return !expression.values.includes(endpoint[expression.label] ?? '\0');
    case 'not':
      return !selects(expression.operand, endpoint);
    case 'and':
      return expression.operands.every(operand => selects(operand, endpoint));
    case 'or':
      return expression.operands.some(operand => selects(operand, endpoint));
  }
}

const quoted = (value: string): string => (value.includes("'") ? `"${value}"` : `'${value}'`);
