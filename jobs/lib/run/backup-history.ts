import type { KubeClient } from '../kubernetes/client.ts';
import { editKeptText } from './beside-report.ts';
import type { CommonOptions } from './options.ts';

/** The key of the report's ConfigMap, and the file of the output directory, that list all backups of a job. */
const HISTORY = 'backups.txt';

/**
 * Adds a backup to the list beside the job's report: the first backup of a job that took several runs is the one that
 * holds the original state, so that none may be forgotten.
 */
export function rememberBackup(
  options: CommonOptions,
  client: () => KubeClient,
  job: string,
  place: string,
  now: Date,
): Promise<void> {
  const line = `${now.toISOString()} ${place}\n`;
  return editKeptText({ options, client, job, name: HISTORY }, lines =>
    lines.includes(` ${place}\n`) ? undefined : lines + line,
  );
}
