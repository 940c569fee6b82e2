import type { Counts } from '../lib/run/report.ts';
import { tableLines } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

/** A row of the table: a kind of v3. */
export interface KindRow {
  readonly kind: string;
  readonly wanted: number;
  readonly create: number;
  readonly update: number;
  readonly remove: number;
  /** There already, and as it should be. */
  readonly unchanged: number;
  readonly conflicts: number;
}

type Column = Exclude<keyof KindRow, 'kind'>;

const RESOURCES = '/calico/resources/v3/projectcalico.org/';

/** The kind of a v3 key as people call it: the plural of a resource, or what IPAM keeps there. */
export function kindOf(key: string): string {
  if (key.startsWith(RESOURCES)) {
    const rest = key.slice(RESOURCES.length);
    return rest.slice(0, Math.max(rest.indexOf('/'), 0));
  }
  const [, , area, , what] = key.split('/');
  if (area !== 'ipam') return 'other';
  return (
    { assignment: 'IPAM blocks', host: 'IPAM affinities', handle: 'IPAM handles' }[what ?? ''] ??
    'IPAM config'
  );
}

/** What a plan does, kind by kind. */
export function kindRows(wanted: Iterable<string>, plan: Plan): readonly KindRow[] {
  const rows = new Map<string, Record<Column, number>>();
  const count = (column: Column, key: string): void => {
    const kind = kindOf(key);
    const row = rows.get(kind) ?? { wanted: 0, create: 0, update: 0, remove: 0, unchanged: 0, conflicts: 0 };
    row[column] += 1;
    rows.set(kind, row);
  };
  for (const key of wanted) count('wanted', key);
  for (const key of plan.create) count('create', key);
  for (const { key } of plan.update) count('update', key);
  for (const { key } of plan.remove) count('remove', key);
  for (const key of plan.equal.keys()) count('unchanged', key);
  for (const { key } of plan.conflicts) count('conflicts', key);
  return [...rows].map(([kind, row]) => ({ kind, ...row })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** The table of the plan. */
export function planTable(rows: readonly KindRow[]): readonly string[] {
  return tableLines([
    ['kind', 'in v1', 'to create', 'to update', 'to remove', 'there already', 'conflicts'],
    ...rows.map(row => [
      row.kind,
      row.wanted,
      row.create,
      row.update,
      row.remove,
      row.unchanged,
      row.conflicts,
    ]),
  ]);
}

/** The counts of a report: in total, and for each kind. */
export function countsOf(rows: readonly KindRow[]): Counts {
  const total = (column: Column): number => rows.reduce((sum, row) => sum + row[column], 0);
  return {
    objects: total('wanted'),
    created: total('create'),
    updated: total('update'),
    removed: total('remove'),
    unchanged: total('unchanged'),
    conflicts: total('conflicts'),
    ...Object.fromEntries(
      rows.map(({ kind, wanted, create }) => [kind, { objects: wanted, created: create }]),
    ),
  };
}
