import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EXPORT_FILE } from '../../lib/etcd/v2-export.ts';
import { isDirectory } from '../../lib/run/backup-choice.ts';
import { reportDirectory } from '../../lib/run/report-directory.ts';
import type { RestoreOptions } from '../options.ts';

/**
 * The options with a directory for the report where a backup of etcd v2 keys is restored from a directory: there may be no
 * API server for a ConfigMap.
 */
export async function withReportPlace(options: RestoreOptions): Promise<RestoreOptions> {
  if (options.outputDir !== undefined || !isDirectory(options.backup)) return options;
  if (!(await holdsExport(options.backup))) return options;
  const outputDir = reportDirectory(undefined, process.env);
  return outputDir === undefined ? options : { ...options, outputDir };
}

/** Whether a directory is, or has in it, a backup of etcd v2 keys. One that cannot be read holds none: loading it says why. */
async function holdsExport(directory: string): Promise<boolean> {
  const entries = await readdir(directory).catch((): string[] => []);
  if (entries.includes(EXPORT_FILE)) return true;
  const backups = entries.filter(entry => entry.startsWith('calico-upgrade-backup-'));
  const found = await Promise.allSettled(backups.map(entry => access(join(directory, entry, EXPORT_FILE))));
  return found.some(({ status }) => status === 'fulfilled');
}
