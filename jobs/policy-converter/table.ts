import { tableLines } from '../lib/run/table.ts';
import type { Action, NamespacePlan } from './plan.ts';

const WORDS: Readonly<Record<Action, string>> = {
  create: 'create',
  delete: 'delete all',
  nothing: 'nothing',
  skip: 'skip',
  refuse: 'REFUSE',
};

/** The plan as a table, a line for each namespace. */
export function planTable(namespaces: readonly NamespacePlan[]): readonly string[] {
  const head = ['namespace', 'annotation', 'policies', 'action', 'why'];
  const rows = namespaces.map(plan => [
    plan.namespace,
    annotationText(plan),
    plan.policies.length,
    actionText(plan),
    plan.why,
  ]);
  return tableLines([head, ...rows]);
}

const actionText = ({ action, create }: NamespacePlan): string =>
  create ? `create ${create.metadata.name}` : WORDS[action];

const LONGEST = 40;

/** Short for what everybody writes, the text itself for anything else. */
function annotationText({ annotation, isolation }: NamespacePlan): string {
  if (annotation === undefined) return '–';
  if (isolation.isolated) return 'DefaultDeny';
  const text = annotation.replaceAll(/\s+/g, ' ').trim() || '(empty)';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
