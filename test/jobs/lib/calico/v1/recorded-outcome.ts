import { isDeepStrictEqual } from 'node:util';
import { valueText } from '../../../../../jobs/lib/calico/object-text.ts';
import { type Conversion, convertAll } from '../../../../../jobs/lib/calico/v1/convert-all.ts';
import { reportTexts } from '../../../../../jobs/lib/calico/v1/reports.ts';
import type { V3Entry } from '../../../../../jobs/lib/calico/v1/unit.ts';
import { storedText } from '../../../../../jobs/lib/calico/v3/storage.ts';
import { isRecord } from '../../../../../jobs/lib/kubernetes/object.ts';
import { listedKeys, type RecordedStep, type Recording } from './recordings.ts';

/** Outcomes of the original in which it had converted everything. */
const CONVERTED = /^(success|(conversion-error|validation-error|name-clash)(\+.*)?)$/;
/** Outcomes in which it did not get to its reports, but which are about the data. */
const FAILED: ReadonlySet<string> = new Set(['conversion-aborted', 'crash', 'ipam-error']);

/** The command of a recording that shows what the original makes of the data; `undefined` if none does. */
export function conversionStep({ expect }: Recording): RecordedStep | undefined {
  const runs = expect.steps.filter(({ command }) => /^(dry-run|start)/.test(command)).reverse();
  const told = runs.filter(({ outcome }) => CONVERTED.test(outcome) || FAILED.has(outcome));
  return told.find(({ command }) => command.startsWith('start')) ?? told[0];
}

/** `v3 <key>: only ours`, `conversionerrors Policy(name=x): only recorded`: each difference between our result and theirs. */
export function differencesFrom(recording: Recording, step: RecordedStep): readonly string[] {
  const conversion = convertAll(listedKeys(recording));
  const ours = reportTexts(conversion);
  const { reports, outcome } = step;
  const names = (report: 'conversionerrors' | 'validationerrors') =>
    compareSets(
      report,
      new Set(conversion.problems.filter(problem => problem.report === report).map(({ object }) => object)),
      new Set(reports[report]?.objects ?? []),
    );
  const lines = (report: 'convertednames' | 'nameclashes') =>
    FAILED.has(outcome) ? [] : compareSets(report, linesOf(ours[report]), linesOf(reports[report]));
  return [
    ...names('conversionerrors'),
    ...names('validationerrors'),
    ...lines('convertednames'),
    ...lines('nameclashes'),
    ...storedDifferences(recording, step, conversion),
  ];
}

const linesOf = (text = ''): ReadonlySet<string> => new Set(text.split('\n').filter(line => line !== ''));

/**
 * What would be stored, as with `--skip-invalid` where we refuse what the original did not. Where both refuse there is
 * nothing to compare.
 */
function storedDifferences(recording: Recording, step: RecordedStep, conversion: Conversion): string[] {
  const refused = conversion.problems.length > 0 || conversion.clashes.length > 0;
  const recorded = step.command.startsWith('start') && step.outcome === 'success';
  if (!recorded && refused) return [];
  if (!recorded && step.outcome === 'success') return [];
  const before = new Set(Object.keys(recording.v3Before ?? {}));
  const theirs = Object.entries(recording.expect.v3).filter(([key]) => !before.has(key));
  const completed = recording.commands.includes('complete');
  const isCompared = (key: string) => !(completed && key.endsWith('/clusterinformations/default'));
  const compared = new Map(theirs.filter(([key]) => isCompared(key)));
  const ours = new Map(
    conversion.entries.filter(({ key }) => isCompared(key)).map(entry => [entry.key, comparable(entry)]),
  );
  return compareMaps(ours, compared);
}

/** The stored text as the recordings hold it: parsed, without uid and creationTimestamp. */
function comparable({ value }: V3Entry): unknown {
  const parsed: unknown = JSON.parse(storedText(value, { uid: '', creationTimestamp: '' }));
  if (!isRecord(parsed) || !isRecord(parsed.metadata)) return parsed;
  const { uid, creationTimestamp, ...metadata } = parsed.metadata;
  return { ...parsed, metadata };
}

function compareSets(what: string, ours: ReadonlySet<string>, theirs: ReadonlySet<string>): string[] {
  return [
    ...[...ours].filter(item => !theirs.has(item)).map(item => `${what} ${item}: only ours`),
    ...[...theirs].filter(item => !ours.has(item)).map(item => `${what} ${item}: only recorded`),
  ];
}

function compareMaps(ours: ReadonlyMap<string, unknown>, theirs: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap(key => {
    if (!theirs.has(key)) return [`v3 ${key}: only ours`];
    if (!ours.has(key)) return [`v3 ${key}: only recorded`];
    return fieldDifferences(ours.get(key), theirs.get(key)).map(change => `v3 ${key}: ${change}`);
  });
}

function fieldDifferences(ours: unknown, theirs: unknown, path = ''): string[] {
  if (isDeepStrictEqual(ours, theirs)) return orderDifferences(ours, theirs, path);
  if (isRecord(ours) && isRecord(theirs)) {
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort().flatMap(key => {
      return fieldDifferences(ours[key], theirs[key], path ? `${path}.${key}` : key);
    });
  }
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((item, index) => fieldDifferences(item, theirs[index], `${path}[${index}]`));
  }
  return [`${path} ours ${valueText(ours)}, recorded ${valueText(theirs)}`];
}

/** Equal values are stored in the same order of fields. */
function orderDifferences(ours: unknown, theirs: unknown, path: string): string[] {
  const [mine, recorded] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return mine === recorded ? [] : [`${path} ours in the order ${mine}, recorded ${recorded}`];
}
