import type { BackupFiles } from './backup.ts';
import { backupStore, isDirectory } from './backup-choice.ts';
import { rememberBackup } from './backup-history.ts';
import type { CommonOptions } from './options.ts';
import type { Run } from './run-job.ts';

export interface KeptBackup {
  /** Under which `restore --backup` finds it. */
  readonly name: string;
  /** The same for people: `ConfigMap default/…`, or the directory. */
  readonly place: string;
}

/** Saves a backup where `where` says, as `--backup` does, and adds it to the list beside the job's report. */
export async function keepBackup(
  options: CommonOptions,
  run: Run,
  job: string,
  files: BackupFiles,
  where: string = options.backup,
): Promise<KeptBackup> {
  const client = () => run.client();
  const name = await backupStore(where, client, options.namespace).save(files);
  const place = isDirectory(where) ? name : `ConfigMap ${options.namespace}/${name}`;
  await rememberBackup(options, client, job, place, new Date());
  return { name, place };
}
