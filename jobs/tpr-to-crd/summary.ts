import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import type { Counts } from '../lib/run/report.ts';
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

/** Whether numbers tell what will be done or what was done: programs read them, so they are named accordingly. */
type Phase = 'planned' | 'done';

const DEEDS = {
  planned: { create: 'toCreate', overwrite: 'toOverwrite', nodes: 'nodesToChange' },
  done: { create: 'created', overwrite: 'overwritten', nodes: 'nodesChanged' },
} as const;

/** The numbers of all kinds together. */
export function totals(rows: readonly CountsRow[], phase: Phase): Readonly<Record<string, number>> {
  const objects = rows.slice(0, TPR_KINDS.length);
  const nodes = rows[TPR_KINDS.length]?.overwrite ?? 0;
  const sum = (pick: (row: CountsRow) => number, of = objects): number =>
    of.reduce((total, row) => total + pick(row), 0);
  const deeds = DEEDS[phase];
  return {
    found: sum(row => row.found),
    [deeds.create]: sum(row => row.create),
    [deeds.overwrite]: sum(row => row.overwrite),
    [deeds.nodes]: nodes,
    unchanged: sum(row => row.unchanged),
    conflicts: sum(row => row.conflicts),
    invalid: sum(row => row.invalid, rows.slice()),
    otherNamespaces: sum(row => row.otherNamespaces),
  };
}

/** The totals, and the numbers of each kind under its name. */
export function countsOf(rows: readonly CountsRow[], phase: Phase): Counts {
  const deeds = DEEDS[phase];
  const kinds = TPR_KINDS.map(({ tpr }, index) => {
    const {
      found = 0,
      create = 0,
      overwrite = 0,
      unchanged = 0,
      conflicts = 0,
      invalid = 0,
    } = rows[index] ?? {};
    const counts = {
      found,
      [deeds.create]: create,
      [deeds.overwrite]: overwrite,
      unchanged,
      conflicts,
      invalid,
    };
    return [tpr.kind, counts];
  });
  return { ...totals(rows, phase), ...Object.fromEntries(kinds) };
}

/** The part of the report that people look details up in. */
export function planDetails(plan: Plan): Readonly<Record<string, unknown>> {
  const { actions } = plan;
  return {
    problems: plan.problems.map(problemText),
    conflicts: [...actions.conflicts, ...actions.keep].map(conflictText),
    overwritten: actions.update.map(({ object }) => `${object.kind.crd.kind} ${object.object.metadata.name}`),
    nodes: plan.nodePeers,
    otherNamespaces: plan.strays.map(({ kind, namespace, name }) => `${kind.tpr.kind} ${namespace}/${name}`),
    notes: plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    untouched: actions.untouched.map(({ kind, existing }) => `${kind.crd.kind} ${existing.metadata.name}`),
  };
}
