import { type Claim, type Clash, findClashes } from './clashes.ts';
import { type CollectedUnit, collectUnits, type LeftOutKeys, leftOutNotes } from './collect-units.ts';
import { convertUnit } from './convert-unit.ts';
import type { UnitNote, UnitProblem, UnitResult, V3Entry } from './unit.ts';

/** A unit and what became of it. */
export interface ConvertedUnit extends CollectedUnit {
  readonly result: UnitResult;
  /** The clash in which it is second. Its entry is not to be written then. */
  readonly clash?: Clash;
}

/** What becomes of everything that Calico 2.6 stores in etcd v2. */
export interface Conversion {
  /** In the order in which the original comes to them. */
  readonly units: readonly ConvertedUnit[];
  /** What is to be written: of units without problem that are not second in a clash. Keys are unique. */
  readonly entries: readonly V3Entry[];
  readonly clashes: readonly Clash[];
  readonly problems: readonly UnitProblem[];
  /** Of the units, and of keys that are left out. */
  readonly notes: readonly UnitNote[];
  readonly leftOut: readonly LeftOutKeys[];
}

/** Converts a snapshot of all keys of etcd v2 below `/calico`. A key that ends in `/` is a directory. */
export function convertAll(entries: Iterable<readonly [key: string, value: string]>): Conversion {
  const { units, leftOut } = collectUnits(entries);
  const results = units.map(({ unit, values }) => ({ unit, values, result: convertUnit(unit, values) }));
  const clashes = findClashes(claimsOf(results));
  const bySecond = new Map(clashes.map(clash => [clash.second.id, clash]));
  const converted: readonly ConvertedUnit[] = results.map(item => {
    const clash = bySecond.get(item.unit.id);
    return clash ? { ...item, clash } : item;
  });
  return { units: converted, clashes, leftOut, ...gathered(converted, leftOut) };
}

function* claimsOf(results: readonly ConvertedUnit[]): Iterable<Claim> {
  for (const { unit, result } of results) yield { unit, v3Key: result.entry?.key, v3Name: result.v3Name };
}

function gathered(
  units: readonly ConvertedUnit[],
  leftOut: readonly LeftOutKeys[],
): Pick<Conversion, 'entries' | 'problems' | 'notes'> {
  const entries: V3Entry[] = [];
  const problems: UnitProblem[] = [];
  const notes: UnitNote[] = [];
  for (const { result, clash } of units) {
    if (result.entry && !clash) entries.push(result.entry);
    problems.push(...result.problems);
    notes.push(...result.notes);
  }
  return { entries, problems, notes: [...notes, ...leftOutNotes(leftOut)] };
}
