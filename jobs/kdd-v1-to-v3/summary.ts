import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_NETWORK_POLICIES,
} from '../lib/calico/crd-kinds.ts';
import { kddConflictText } from '../lib/calico/kdd/existing.ts';
import { isOldPolicy } from '../lib/calico/kdd/policy-order.ts';
import type { KddSource } from '../lib/calico/kdd/source.ts';
import { type WantedObject, wantedKey } from '../lib/calico/kdd/wanted.ts';
import { PEER_ANNOTATION_PREFIX } from '../lib/calico/node-peers.ts';
import { problemText } from '../lib/calico/problem.ts';
import type { CrdKind } from '../lib/kubernetes/crd.ts';
import type { Counts } from '../lib/run/report.ts';
import { tableLines } from '../lib/run/table.ts';
import type { Done } from './apply.ts';
import type { Plan } from './plan.ts';

/** What is counted together: a kind of 2.6, and the kinds of 3.0 that it becomes. */
interface Group {
  readonly name: string;
  /** How problems name its objects. */
  readonly prefix: string;
  readonly targets: readonly CrdKind[];
  readonly found: (source: KddSource) => number;
}

const GROUPS: readonly Group[] = [
  {
    name: 'GlobalFelixConfig → FelixConfiguration, ClusterInformation',
    prefix: 'GlobalFelixConfig ',
    targets: [FELIX_CONFIGURATIONS, CLUSTER_INFORMATIONS],
    found: ({ felix }) => felix.length,
  },
  {
    name: 'GlobalBGPConfig → BGPConfiguration',
    prefix: 'GlobalBGPConfig ',
    targets: [BGP_CONFIGURATIONS],
    found: ({ bgp }) => bgp.length,
  },
  {
    name: 'BGP peers of Nodes → BGPPeer',
    prefix: 'Node ',
    targets: [BGP_PEERS],
    found: ({ nodes }) => nodes.reduce((sum, { metadata }) => sum + peerCount(metadata.annotations), 0),
  },
  {
    name: 'GlobalNetworkPolicy → the same in the form of 3.0',
    prefix: 'GlobalNetworkPolicy ',
    targets: [GLOBAL_NETWORK_POLICIES],
    found: ({ policies }) => policies.filter(isOldPolicy).length,
  },
];

const peerCount = (annotations: Readonly<Record<string, string>> = {}): number =>
  Object.keys(annotations).filter(key => key.startsWith(PEER_ANNOTATION_PREFIX)).length;

/** A row of the table. */
export interface CountsRow {
  readonly kind: string;
  readonly found: number;
  /** To be created, or created: the head of the table says which. */
  readonly create: number;
  readonly overwrite: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly invalid: number;
}

/** What was found and what the plan does with it. */
export function planRows(source: KddSource, plan: Plan): readonly CountsRow[] {
  const { create, update, unchanged, tolerated } = plan.actions;
  return GROUPS.map(group => ({
    ...foundRow(group, source, plan),
    create: countIn(group, create),
    overwrite: countIn(
      group,
      update.map(({ wanted }) => wanted),
    ),
    unchanged: countIn(group, [...unchanged, ...tolerated]),
  }));
}

/** What was found, and what was really done: less than the plan where the run did not get to its end. */
export function doneRows(source: KddSource, plan: Plan, done: Done): readonly CountsRow[] {
  const entries = [...done.values()];
  const how = (deed: string): WantedObject[] =>
    entries.filter(entry => entry.how === deed).map(({ wanted }) => wanted);
  return GROUPS.map(group => ({
    ...foundRow(group, source, plan),
    create: countIn(group, how('created')),
    overwrite: countIn(group, how('overwritten')),
    unchanged: countIn(group, how('unchanged')),
  }));
}

function foundRow(group: Group, source: KddSource, { actions, problems }: Plan) {
  const conflicts = [...actions.conflicts, ...actions.keep].map(({ wanted }) => wanted);
  const invalid = problems.map(({ object }) => object).filter(object => object.startsWith(group.prefix));
  return {
    kind: group.name,
    found: group.found(source),
    conflicts: countIn(group, conflicts),
    invalid: new Set(invalid).size,
  };
}

const countIn = ({ targets }: Group, objects: readonly WantedObject[]): number =>
  objects.filter(({ crd }) => targets.includes(crd)).length;

/** The table of the log. */
export function rowsTable(rows: readonly CountsRow[], verbs: readonly [string, string]): readonly string[] {
  const head = ['kind', 'found', ...verbs, 'unchanged', 'conflicts', 'invalid'];
  const cells = rows.map(({ kind, found, create, overwrite, unchanged, conflicts, invalid }) => [
    ...[kind, found, create, overwrite, unchanged, conflicts, invalid],
  ]);
  return tableLines([head, ...cells]);
}

/** Whether numbers tell what will be done or what was done: programs read them, so they are named accordingly. */
type Phase = 'planned' | 'done';

const DEEDS = {
  planned: { create: 'toCreate', overwrite: 'toOverwrite' },
  done: { create: 'created', overwrite: 'overwritten' },
} as const;

/** The numbers of a row as the report names them. */
function numbers(row: Omit<CountsRow, 'kind'>, phase: Phase): Readonly<Record<string, number>> {
  const { found, create, overwrite, unchanged, conflicts, invalid } = row;
  const deeds = DEEDS[phase];
  return { found, [deeds.create]: create, [deeds.overwrite]: overwrite, unchanged, conflicts, invalid };
}

/** The numbers of all kinds together. */
export function totals(rows: readonly CountsRow[], phase: Phase): Readonly<Record<string, number>> {
  const sum = (pick: (row: CountsRow) => number): number => rows.reduce((all, row) => all + pick(row), 0);
  return numbers(
    {
      found: sum(row => row.found),
      create: sum(row => row.create),
      overwrite: sum(row => row.overwrite),
      unchanged: sum(row => row.unchanged),
      conflicts: sum(row => row.conflicts),
      invalid: sum(row => row.invalid),
    },
    phase,
  );
}

/** The totals, and the numbers of each kind of 2.6 under its name. */
export function countsOf(rows: readonly CountsRow[], phase: Phase): Counts {
  const kinds = GROUPS.flatMap(({ prefix }, index) => {
    const row = rows[index];
    return row ? [[prefix.trim(), numbers(row, phase)] as const] : [];
  });
  return { ...totals(rows, phase), ...Object.fromEntries(kinds) };
}

/** The part of the report that people look details up in. */
export function planDetails({ actions, problems, notes, wanted }: Plan): Readonly<Record<string, unknown>> {
  return {
    problems: problems.map(problemText),
    conflicts: [...actions.conflicts, ...actions.keep].map(kddConflictText),
    overwritten: actions.update.map(update => wantedKey(update.wanted)),
    notes: notes.map(({ object, reason }) => `${object}: ${reason}`),
    objects: wanted.map(wantedKey),
  };
}
