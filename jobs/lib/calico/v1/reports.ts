import { problemText } from '../problem.ts';
import { type Clash, clashLine } from './clashes.ts';
import type { ConvertedUnit } from './convert-all.ts';
import type { Unit, UnitProblem } from './unit.ts';

/** The files that calico-upgrade writes into its report directory. */
export const REPORT_FILES = [
  'convertednames',
  'nameclashes',
  'conversionerrors',
  'validationerrors',
] as const;
export type ReportFile = (typeof REPORT_FILES)[number];

/** What the reports are made of. */
export interface Reported {
  /** In the order of units. */
  readonly units: readonly Pick<ConvertedUnit, 'unit' | 'result' | 'clash'>[];
  readonly clashes: readonly Clash[];
  readonly problems: readonly UnitProblem[];
}

/**
 * The texts of the report files, one line each, as calico-upgrade's (conversion reference, section 7). An empty text is a file
 * that is not to be written.
 */
export function reportTexts({ units, clashes, problems }: Reported): Readonly<Record<ReportFile, string>> {
  const others = otherReports({ clashes, problems });
  return {
    convertednames: fileText(convertedNames(units)),
    nameclashes: fileText(others.nameclashes),
    conversionerrors: fileText(others.conversionerrors),
    validationerrors: fileText(others.validationerrors),
  };
}

/** The lines of the reports of what is wrong. */
export function otherReports({
  clashes,
  problems,
}: Omit<Reported, 'units'>): Readonly<Record<Exclude<ReportFile, 'convertednames'>, readonly string[]>> {
  return {
    nameclashes: clashes.filter(({ covered }) => !covered).map(clashLine),
    conversionerrors: problemLines(problems, 'conversionerrors'),
    validationerrors: problemLines(problems, 'validationerrors'),
  };
}

/** The line of an object that is written. */
export const convertedName = (unit: Unit, v3Name: string): string => `${unit.name} -> ${v3Name}`;

/** The objects that are written, of the kinds that the original lists. */
function convertedNames(units: Reported['units']): string[] {
  return units.flatMap(({ unit, result, clash }) =>
    result.entry && result.v3Name !== undefined && clash === undefined
      ? [convertedName(unit, result.v3Name)]
      : [],
  );
}

function problemLines(problems: readonly UnitProblem[], report: UnitProblem['report']): string[] {
  return problems
    .filter(problem => problem.report === report)
    .map(problem => `${problemText(problem)} (${problem.key})`);
}

const fileText = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');
