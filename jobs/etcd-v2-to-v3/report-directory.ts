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

/** Writes the reports that have content. */
export async function writeReports(
  directory: string,
  texts: Readonly<Record<ReportFile, string>>,
): Promise<void> {
  for (const file of REPORT_FILES) {
    if (texts[file] !== '') await writeFile(join(directory, file), texts[file]);
  }
}
