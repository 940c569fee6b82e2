import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { tableLines } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

interface KindCounts {
  readonly kind: string;
  readonly found: number;
  readonly create: number;
  readonly overwrite: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly invalid: number;
  readonly otherNamespaces: number;
}

/** Per kind what was found and what the plan does with it; the node-scoped peers are the last row. */
export function planCounts(source: TprSnapshot, plan: Plan): readonly KindCounts[] {
  return [...TPR_KINDS.map(kind => kindCounts(kind, source, plan)), nodeCounts(source, plan)];
}

function kindCounts(kind: TprKind, source: TprSnapshot, { actions, wanted, strays }: Plan): KindCounts {
  const count = (items: readonly { readonly kind: TprKind }[]): number =>
    items.filter(item => item.kind === kind).length;
  const objects = (items: readonly { readonly object: { readonly kind: TprKind } }[]): number =>
    items.filter(({ object }) => object.kind === kind).length;
  const other = count(strays);
  const found = (source.instances.get(kind.tprName)?.length ?? 0) - other;
  const converted = wanted.filter(object => object.kind === kind);
  const duplicates = converted.reduce((sum, object) => sum + object.duplicates.length, 0);
  return {
    kind: `${kind.tpr.kind} → ${kind.crd.kind}`,
    found,
    create: count(actions.create),
    overwrite: objects(actions.update),
    unchanged: count(actions.unchanged) + objects(actions.tolerated),
    conflicts: count(actions.conflicts) + count(actions.keep),
    invalid: found - converted.length - duplicates,
    otherNamespaces: other,
  };
}

function nodeCounts(source: TprSnapshot, plan: Plan): KindCounts {
  const planned = plan.nodePeers.length;
  return {
    kind: 'Nodes with own BGP peers',
    found: source.nodes.length,
    create: 0,
    overwrite: planned,
    unchanged: source.nodes.length - planned,
    conflicts: 0,
    invalid: new Set(
      plan.problems.filter(({ object }) => object.startsWith('Node ')).map(({ object }) => object),
    ).size,
    otherNamespaces: 0,
  };
}

/** The table of the log. `verbs` are the heads of the columns: what will be, or has been, done. */
export function countsTable(
  counts: readonly KindCounts[],
  verbs: readonly [string, string],
): readonly string[] {
  const head = ['kind', 'found', ...verbs, 'unchanged', 'conflicts', 'invalid', 'other namespaces'];
  return tableLines([head, ...counts.map(counted => Object.values(counted))]);
}

export function totals(counts: readonly KindCounts[], plan: Plan): Readonly<Record<string, number>> {
  const objects = counts.slice(0, TPR_KINDS.length);
  const sum = (pick: (one: KindCounts) => number): number =>
    objects.reduce((total, one) => total + pick(one), 0);
  return {
    found: sum(one => one.found),
    created: sum(one => one.create),
    overwritten: sum(one => one.overwrite),
    unchanged: sum(one => one.unchanged),
    conflicts: sum(one => one.conflicts),
    invalid: sum(one => one.invalid),
    otherNamespaces: sum(one => one.otherNamespaces),
    nodesChanged: plan.nodePeers.length,
  };
}

/** The part of the report that people look details up in. */
export function planDetails(counts: readonly KindCounts[], plan: Plan): Readonly<Record<string, unknown>> {
  return {
    kinds: counts,
    problems: plan.problems.map(problemText),
    conflicts: [...plan.actions.conflicts, ...plan.actions.keep].map(conflictText),
    overwritten: plan.actions.update.map(
      ({ object }) => `${object.kind.crd.kind} ${object.object.metadata.name}`,
    ),
    nodes: plan.nodePeers,
    otherNamespaces: plan.strays.map(({ kind, namespace, name }) => `${kind.tpr.kind} ${namespace}/${name}`),
    notes: plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    untouched: plan.actions.untouched.map(
      ({ kind, existing }) => `${kind.crd.kind} ${existing.metadata.name}`,
    ),
  };
}
