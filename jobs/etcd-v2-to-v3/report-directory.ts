import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPORT_FILES, type ReportFile } from '../lib/calico/v1/reports.ts';
import { messageOf, wrongUsage } from '../lib/run/failure.ts';

/** Where calico-upgrade writes its reports, below the current directory. */
const DEFAULT_DIRECTORY = 'calico-upgrade-report';

/**
 * The directory for the reports: the one that was asked for, or that of calico-upgrade. In a pod, without being asked for,
 * none: the report goes into a ConfigMap there.
 */
export function reportDirectory(asked: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return asked ?? (env.CALICO_UPGRADE_POD_LABELS === undefined ? DEFAULT_DIRECTORY : undefined);
}

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
