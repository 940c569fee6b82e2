import type { FieldProblem } from '../v3/field-problem.ts';
import { addNote, addValidationErrors, type Findings } from './findings.ts';
import type { UnitResult, V3Entry } from './unit.ts';

/** The result of a unit that cannot be converted. */
export const unconverted = ({ problems, notes }: Findings): UnitResult => ({ problems, notes });

/** The result of a unit that was converted to `entry`, in which v3 would find these problems. */
export function validated(
  found: Findings,
  key: string,
  v3Name: string,
  entry: V3Entry,
  problems: readonly FieldProblem[],
): UnitResult {
  addValidationErrors(found, key, problems);
  const result = { v3Name, problems: found.problems, notes: found.notes };
  return found.problems.length > 0 ? result : { entry, ...result };
}

/** Notes fields that neither Calico 2.6 nor 3.0 knows. */
export function noteUnknownFields(found: Findings, key: string, fields: readonly string[]): void {
  for (const field of fields) {
    addNote(found, key, `${field} is not carried over: Calico has no such field, and has ignored it so far`);
  }
}

/** The key and value of a unit that has one key. */
export function onlyValue(values: ReadonlyMap<string, string>): readonly [key: string, text: string] {
  const [first] = values;
  return first ?? ['', ''];
}
