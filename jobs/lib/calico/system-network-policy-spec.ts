import { isRecord } from '../kubernetes/object.ts';
import { valueText } from './object-text.ts';
import type { Problem } from './problem.ts';

type Spec = Readonly<Record<string, unknown>>;
type Check = readonly [field: string, value: unknown, expected: string, holds: (value: unknown) => boolean];

const isString = (value: unknown) => typeof value === 'string';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isNumber = (value: unknown) => typeof value === 'number';
const isTypeList = (value: unknown) => Array.isArray(value) && value.every(isString);

/** A problem for each field whose type makes Calico unable to read the policy; what is absent or null is fine. */
export function policyShapeProblems(object: string, spec: Spec): Problem[] {
  const checks: Check[] = [
    ['spec.selector', spec.selector, 'a string', isString],
    ['spec.order', spec.order, 'a number', isNumber],
    ['spec.ingress', spec.ingress, 'a list of rules', Array.isArray],
    ['spec.egress', spec.egress, 'a list of rules', Array.isArray],
    ['spec.types', spec.types, 'a list of strings', isTypeList],
    ['spec.doNotTrack', spec.doNotTrack, 'true or false', isBoolean],
    ['spec.preDNAT', spec.preDNAT, 'true or false', isBoolean],
    ...rulesOf(spec).flatMap(([field, rule]) => ruleChecks(field, rule)),
  ];
  return checks
    .filter(([, value, , holds]) => value !== undefined && value !== null && !holds(value))
    .map(([field, value, expected]) => ({
      object,
      field,
      reason: `is ${valueText(value)}, expected ${expected}`,
      fix: 'Correct the policy, or delete the object',
    }));
}

/** The selectors with namespace labels in the form that Calico stopped using with 2.6 (reference, section 3). */
export function oldNamespaceLabels(
  spec: Spec,
): { readonly field: string; readonly labels: readonly string[] }[] {
  const selectors: (readonly [field: string, value: unknown])[] = [
    ['spec.selector', spec.selector],
    ...rulesOf(spec).flatMap(([field, rule]) => ruleSelectors(field, rule)),
  ];
  return selectors
    .map(([field, value]) => ({ field, labels: typeof value === 'string' ? oldLabels(value) : [] }))
    .filter(({ labels }) => labels.length > 0);
}

function rulesOf(spec: Spec): (readonly [field: string, rule: unknown])[] {
  return ['ingress', 'egress'].flatMap(direction => {
    const rules = spec[direction];
    return Array.isArray(rules)
      ? rules.map((rule: unknown, index) => [`spec.${direction}[${index}]`, rule] as const)
      : [];
  });
}

function ruleChecks(field: string, rule: unknown): Check[] {
  // Null is no rule, and nothing that is left out either.
  if (!isRecord(rule)) return [[field, rule ?? false, 'a rule', isRecord]];
  return [
    [`${field}.source`, rule.source, 'an object', isRecord],
    [`${field}.destination`, rule.destination, 'an object', isRecord],
    ...ruleSelectors(field, rule).map(([path, value]): Check => [path, value, 'a string', isString]),
  ];
}

function ruleSelectors(field: string, rule: unknown): (readonly [field: string, value: unknown])[] {
  if (!isRecord(rule)) return [];
  return ['source', 'destination'].flatMap(side => {
    const entity = rule[side];
    if (!isRecord(entity)) return [];
    return ['selector', 'notSelector'].map(name => [`${field}.${side}.${name}`, entity[name]] as const);
  });
}

/** Label names only: the same text in a quoted value is data. */
function oldLabels(selector: string): string[] {
  const unquoted = selector.replace(/"[^"]*"|'[^']*'/g, '""');
  return [...new Set(unquoted.match(/(?<![\w./-])(?:calico\/)?k8s_ns\/label\/[\w./-]+/g) ?? [])];
}
