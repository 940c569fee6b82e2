import type { FieldProblem } from '../v3/field-problem.ts';
import type { Unit, UnitNote, UnitProblem } from './unit.ts';

/** What was found in a unit so far, in order. */
export interface Findings {
  readonly object: string;
  readonly problems: UnitProblem[];
  readonly notes: UnitNote[];
}

/** Nothing found yet. */
export const findingsOf = (unit: Unit): Findings => ({ object: unit.name, problems: [], notes: [] });

/** Adds a value of etcd v2 that cannot be read or converted. `field` is a path in the value; '' for the whole. */
export function addConversionError(found: Findings, key: string, problem: FieldProblem): void {
  found.problems.push({ object: found.object, ...problem, key, report: 'conversionerrors' });
}

/** Adds what v3 does not accept. `field` is a path in the v3 object. */
export function addValidationErrors(found: Findings, key: string, problems: readonly FieldProblem[]): void {
  for (const problem of problems) {
    found.problems.push({ object: found.object, ...problem, key, report: 'validationerrors' });
  }
}

/** Adds something that stops nothing: one sentence without a full stop. */
export function addNote(found: Findings, key: string, reason: string): void {
  found.notes.push({ object: found.object, key, reason });
}

/** Whether there is something that v3 may accept: no value that could not be read or converted. */
export const isConverted = ({ problems }: Findings): boolean =>
  !problems.some(({ report }) => report === 'conversionerrors');
