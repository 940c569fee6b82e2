import { valueText } from '../object-text.ts';
import { parseSelector } from '../selector.ts';
import type { FieldProblem } from './field-problem.ts';
import { portProblems } from './ports.ts';
import { hasPorts, type Protocol } from './protocol.ts';
import type { EntityRule } from './rule.ts';

/** What is wrong with a text that has to be a selector. */
export function selectorProblems(field: string, selector: string): FieldProblem[] {
  const parsed = parseSelector(selector);
  if (!('position' in parsed)) return [];
  const { position, expected } = parsed;
  const found = position < selector.length ? valueText(selector.slice(position)) : 'the end';
  return [
    {
      field,
      reason: `is ${valueText(selector)}, which is no selector: ${expected} is expected instead of ${found}`,
      fix: 'Correct the selector in etcd v2',
    },
  ];
}

/** What is wrong with one side of a rule that has this protocol (conversion reference, section 6). */
export function entityProblems(
  field: string,
  entity: EntityRule,
  protocol: Protocol | undefined,
): FieldProblem[] {
  return [
    ...optional(entity.selector, selector => selectorProblems(`${field}.selector`, selector)),
    ...optional(entity.notSelector, selector => selectorProblems(`${field}.notSelector`, selector)),
    ...(['ports', 'notPorts'] as const).flatMap(name => portListProblems(field, name, entity, protocol)),
  ];
}

function portListProblems(
  field: string,
  name: 'ports' | 'notPorts',
  entity: EntityRule,
  protocol: Protocol | undefined,
): FieldProblem[] {
  const ports = entity[name];
  if (ports === undefined) return [];
  const path = `${field}.${name}`;
  const wrong = ports.flatMap((port, index) => portProblems(`${path}[${index}]`, port));
  if (hasPorts(protocol)) return wrong;
  const found = protocol === undefined ? 'the rule has no protocol' : `the protocol is ${protocol}`;
  return [
    ...wrong,
    {
      field: path,
      reason: `names ports, but ${found}, expected TCP or UDP`,
      fix: 'Set the protocol of the rule in etcd v2, or remove the ports',
    },
  ];
}

function optional<T>(value: T | undefined, problems: (value: T) => FieldProblem[]): FieldProblem[] {
  return value === undefined ? [] : problems(value);
}
