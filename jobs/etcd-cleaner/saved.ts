import { directoriesAbove } from '../lib/etcd/v2-directories.ts';
import { isExport, readExport, valueDigest } from '../lib/etcd/v2-export.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { Failure, messageOf } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import type { CommonOptions } from '../lib/run/options.ts';
import type { Run } from '../lib/run/run-job.ts';

/** What earlier runs have saved: of each key, what tells its value. */
export interface Saved {
  /** Whether a key with this value, or an empty directory (it ends in `/`), comes back with the backups. */
  has(key: string, value: string): boolean;
}

/** Reads the backups of earlier runs again. One that cannot be read counts as none, and a warning says so. */
export async function readSaved(
  names: readonly string[],
  options: CommonOptions,
  run: Run,
  log: Log,
): Promise<Saved> {
  const digests = new Map<string, string>();
  for (const name of names) {
    try {
      const files = await backupStore(name, () => run.client(), options.namespace).load(name);
      if (isExport(files)) take(digests, files);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.warn(`${messageOf(error)} (an earlier run has made this backup; what is left is saved anew)`);
    }
  }
  const directories = directoriesAbove(digests.keys());
  return {
    has: (key, value) =>
      key.endsWith('/') ? digests.has(key) || directories.has(key) : digests.get(key) === valueDigest(value),
  };
}

/** A later backup has the younger value of a key. */
function take(digests: Map<string, string>, files: ReadonlyMap<string, string>): void {
  for (const { key, value } of readExport(files)) digests.set(key, valueDigest(value));
}
