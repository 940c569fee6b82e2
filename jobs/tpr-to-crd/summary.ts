import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { tableLines } from '../lib/run/table.ts';
import type { Done } from './apply.ts';
import type { Plan } from './plan.ts';

/** A row of the table: one kind, or the Nodes with BGP peers of their own. */
export interface CountsRow {
  readonly kind: string;
  readonly found: number;
  /** To be created, or created: the head of the table says which. */
  readonly create: number;
  /** To be overwritten (on a Node: renamed), or done so. */
  readonly overwrite: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly invalid: number;
  readonly otherNamespaces: number;
}

/** What was found and what the plan does with it. */
export function planRows(source: TprSnapshot, plan: Plan): readonly CountsRow[] {
  const { actions, nodePeers } = plan;
  const rows = TPR_KINDS.map(kind => ({
    ...foundRow(kind, source, plan),
    create: countKind(actions.create, kind),
    overwrite: countObjects(actions.update, kind),
    unchanged: countKind(actions.unchanged, kind) + countObjects(actions.tolerated, kind),
  }));
  return [...rows, nodeRow(source, plan, nodePeers.length)];
}

/** What was found, and what was really done: less than the plan where the run did not get to its end. */
export function doneRows(source: TprSnapshot, plan: Plan, done: Done): readonly CountsRow[] {
  const objects = [...done.objects.values()];
  const how = (kind: TprKind, deed: string): number =>
    objects.filter(entry => entry.how === deed && entry.object.kind === kind).length;
  const rows = TPR_KINDS.map(kind => ({
    ...foundRow(kind, source, plan),
    create: how(kind, 'created'),
    overwrite: how(kind, 'overwritten'),
    unchanged: how(kind, 'unchanged') + countObjects(plan.actions.tolerated, kind),
  }));
  return [...rows, nodeRow(source, plan, done.nodes.size)];
}

function foundRow(kind: TprKind, source: TprSnapshot, { actions, wanted, strays }: Plan) {
  const otherNamespaces = countKind(strays, kind);
  const found = (source.instances.get(kind.tprName)?.length ?? 0) - otherNamespaces;
  const converted = wanted.filter(object => object.kind === kind);
  const duplicates = converted.reduce((sum, object) => sum + object.duplicates.length, 0);
  return {
    kind: `${kind.tpr.kind} → ${kind.crd.kind}`,
    found,
    conflicts: countKind(actions.conflicts, kind) + countKind(actions.keep, kind),
    invalid: found - converted.length - duplicates,
    otherNamespaces,
  };
}

function nodeRow(source: TprSnapshot, plan: Plan, changed: number): CountsRow {
  const nodes = plan.problems.map(({ object }) => object).filter(object => object.startsWith('Node '));
  const found = source.nodes.length;
  const counts = { create: 0, overwrite: changed, unchanged: found - plan.nodePeers.length, conflicts: 0 };
  return { kind: 'Nodes with BGP peers', found, ...counts, invalid: new Set(nodes).size, otherNamespaces: 0 };
}

const countKind = (items: readonly { readonly kind: TprKind }[], kind: TprKind): number =>
  items.filter(item => item.kind === kind).length;

const countObjects = (
  items: readonly { readonly object: { readonly kind: TprKind } }[],
  kind: TprKind,
): number => items.filter(({ object }) => object.kind === kind).length;

/** The table of the log. */
export function rowsTable(rows: readonly CountsRow[], verbs: readonly [string, string]): readonly string[] {
  const head = ['kind', 'found', ...verbs, 'unchanged', 'conflicts', 'invalid', 'other namespaces'];
  const cells = rows.map(
    ({ kind, found, create, overwrite, unchanged, conflicts, invalid, otherNamespaces }) => [
      ...[kind, found, create, overwrite, unchanged, conflicts, invalid, otherNamespaces],
    ],
  );
  return tableLines([head, ...cells]);
}

/** The counts of the report: planned ones are called so, since programs read them. */
export function totals(
  rows: readonly CountsRow[],
  phase: 'planned' | 'done',
): Readonly<Record<string, number>> {
  const objects = rows.slice(0, TPR_KINDS.length);
  const nodes = rows[TPR_KINDS.length]?.overwrite ?? 0;
  const sum = (pick: (row: CountsRow) => number, of = objects): number =>
    of.reduce((total, row) => total + pick(row), 0);
  const [create, overwrite] = [sum(row => row.create), sum(row => row.overwrite)];
  return {
    found: sum(row => row.found),
    ...(phase === 'planned'
      ? { toCreate: create, toOverwrite: overwrite, nodesToChange: nodes }
      : { created: create, overwritten: overwrite, nodesChanged: nodes }),
    unchanged: sum(row => row.unchanged),
    conflicts: sum(row => row.conflicts),
    invalid: sum(row => row.invalid, rows.slice()),
    otherNamespaces: sum(row => row.otherNamespaces),
  };
}

/** The part of the report that people look details up in. */
export function planDetails(rows: readonly CountsRow[], plan: Plan): Readonly<Record<string, unknown>> {
  const { actions } = plan;
  return {
    kinds: rows,
    problems: plan.problems.map(problemText),
    conflicts: [...actions.conflicts, ...actions.keep].map(conflictText),
    overwritten: actions.update.map(({ object }) => `${object.kind.crd.kind} ${object.object.metadata.name}`),
    nodes: plan.nodePeers,
    otherNamespaces: plan.strays.map(({ kind, namespace, name }) => `${kind.tpr.kind} ${namespace}/${name}`),
    notes: plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    untouched: actions.untouched.map(({ kind, existing }) => `${kind.crd.kind} ${existing.metadata.name}`),
  };
}
