import { problemText } from '../lib/calico/problem.ts';
import { type Clash, clashLine, findClashes } from '../lib/calico/v1/clashes.ts';
import { type LeftOutKeys, leftOutNotes } from '../lib/calico/v1/collect-units.ts';
import { convertedName, otherReports, type ReportFile } from '../lib/calico/v1/reports.ts';
import type { Unit, UnitNote, UnitProblem } from '../lib/calico/v1/unit.ts';
import { sortUnits } from '../lib/calico/v1/unit-order.ts';
import { type Failure, refused } from '../lib/run/failure.ts';
import { countOf } from '../lib/run/table.ts';
import { type State, type UnitOutcome, unitOf } from './state.ts';

/** What is wrong with the v1 data, and what the operator has to know of it. */
export interface Judgement {
  readonly problems: readonly UnitProblem[];
  readonly clashes: readonly Clash[];
  readonly notes: readonly UnitNote[];
}

/** Judges the whole state. `mostBytes` is the largest value that etcd v3 takes. */
export function judgementOf(state: State, mostBytes: number): Judgement {
  return {
    problems: [...[...state.problems.values()].flat(), ...tooLarge(state, mostBytes)],
    clashes: clashesOf(state),
    notes: [...[...state.notes.values()].flat(), ...leftOutNotes(leftOutKeys(state))],
  };
}

/** What stands in the way of a migration; `undefined` where nothing does. `done` says what was written so far. */
export function refusalOf(
  { problems, clashes }: Judgement,
  skipInvalid: boolean,
  done = 'nothing was written',
): Failure | undefined {
  if (skipInvalid || problems.length + clashes.length === 0) return undefined;
  const objects = new Set(problems.map(({ object }) => object)).size;
  const reasons = [
    ...(objects > 0
      ? [`${countOf(objects, 'object')} cannot be converted (repair, or leave out with --skip-invalid)`]
      : []),
    ...(clashes.length > 0
      ? [
          `${countOf(clashes.length, 'object')} would get the name of another in v3 (rename or delete one of each pair)`,
        ]
      : []),
  ];
  return refused(`${done}: ${reasons.join('; ')}`, problemLines({ problems, clashes }));
}

/** A line for each problem and each clash. */
export function problemLines({
  problems,
  clashes,
}: Pick<Judgement, 'problems' | 'clashes'>): readonly string[] {
  return [
    ...problems.map(problem => `${problemText(problem)} (${problem.key})`),
    ...clashes.map(clash => `name clash: ${clashLine(clash)}`),
  ];
}

/** The lines of calico-upgrade's report files. Those of all names are made when they are read: they may be many. */
export function reportsOf(
  state: State,
  { problems, clashes }: Judgement,
): Readonly<Record<ReportFile, Iterable<string>>> {
  return { convertednames: convertedNames(state, clashes), ...otherReports({ clashes, problems }) };
}

function* convertedNames(state: State, clashes: readonly Clash[]): Generator<string> {
  const second = new Set(clashes.map(clash => clash.second.id));
  for (const [id, { v3Key, v3Name }] of state.outcomes) {
    if (v3Key === undefined || v3Name === undefined || second.has(id)) continue;
    yield convertedName(unitOf(state, id), v3Name);
  }
}

/** Most objects are alone with their name, so only the others are looked at. */
function clashesOf(state: State): readonly Clash[] {
  const shared = [...state.shared.values()].flat();
  const claims = unitsOf(state, shared).map(({ unit, outcome }) => ({ unit, ...outcome }));
  // What follows from a clash of two Nodes goes with it.
  return findClashes(claims).filter(({ covered }) => !covered);
}

function unitsOf(
  state: State,
  ids: Iterable<string>,
): readonly { readonly unit: Unit; readonly outcome: UnitOutcome }[] {
  const items = Array.from(ids, id => ({ unit: unitOf(state, id), outcome: state.outcomes.get(id) }));
  return sortUnits(items.flatMap(({ unit, outcome }) => (outcome ? [{ unit, outcome }] : [])));
}

function tooLarge(state: State, mostBytes: number): readonly UnitProblem[] {
  const large = [...state.wanted.keys()].flatMap(v3Key => {
    const bytes = state.wanted.length(v3Key);
    return bytes > mostBytes ? [{ v3Key, bytes }] : [];
  });
  return large.map(({ v3Key, bytes }) => {
    const [id] = [...state.outcomes].find(([, outcome]) => outcome.v3Key === v3Key) ?? [];
    const unit = id === undefined ? undefined : unitOf(state, id);
    return {
      object: unit?.name ?? v3Key,
      key: unit?.id ?? v3Key,
      report: 'validationerrors',
      field: '',
      reason: `has ${bytes} bytes in etcd v3, expected ${mostBytes} at the most, which is what etcd takes in one request`,
      fix: 'Make it smaller, or raise --max-request-bytes of every etcd member and delete it here',
    };
  });
}

/** Keys that are left out, by the reason that the operator has to know. */
function leftOutKeys(state: State): readonly LeftOutKeys[] {
  const groups = Map.groupBy(state.leftOut, ([, note]) => note);
  return Array.from(groups, ([note, members]) => ({
    leftOut: 'unsupported',
    note,
    keys: members.map(([key]) => key).sort(),
  }));
}
