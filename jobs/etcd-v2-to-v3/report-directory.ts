import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPORT_FILES, type ReportFile } from '../lib/calico/v1/reports.ts';
import { messageOf, wrongUsage } from '../lib/run/failure.ts';

/** Takes the reports of an earlier run away, and finds out that new ones can be written. Throws a usage failure. */
export async function clearReports(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    for (const file of REPORT_FILES) {
      await writeFile(join(directory, file), '');
      await rm(join(directory, file));
    }
  } catch (error) {
    throw wrongUsage(
      `cannot write reports to ${directory}: ${messageOf(error)}. Name another directory with --output-dir`,
    );
  }
}

/** Entries of a list in the report: more would not fit into a ConfigMap, and in a directory the files have all. */
const REPORT_LINES = 2_000;

const MORE = 'dry-run --output-dir writes them all';

/** Characters that are written at a time. */
const PIECE = 64 * 1024;

/**
 * Writes the lines of a report, where there is a directory for it and they are any. Returns the first of them, and how many
 * more there are.
 */
export async function leaveReport(
  directory: string | undefined,
  file: ReportFile,
  lines: Iterable<string>,
): Promise<readonly string[]> {
  const first: string[] = [];
  let count = 0;
  const counted = function* (): Generator<string> {
    for (const line of lines) {
      count += 1;
      if (count <= REPORT_LINES) first.push(line);
      yield line;
    }
  };
  if (directory === undefined) for (const _ of counted());
  else {
    await writeFile(join(directory, file), inPieces(counted()));
    if (count === 0) await rm(join(directory, file));
  }
  return count > REPORT_LINES ? [...first, `and ${count - REPORT_LINES} more: ${MORE}`] : first;
}

/** Lines as pieces of text to be written. */
function* inPieces(lines: Iterable<string>): Generator<string, undefined> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
