import { isModelKey } from '../calico/v1/model-keys.ts';
import type { EtcdV2 } from '../etcd/v2.ts';
import { exportWriter, readExport } from '../etcd/v2-export.ts';
import type { BackupFiles } from './backup.ts';
import { backupStore, checkBackupChoice } from './backup-choice.ts';
import { different } from './failure.ts';
import { type KeptBackup, keepBackup } from './keep-backup.ts';
import type { Log } from './log.ts';
import type { CommonOptions } from './options.ts';
import type { Run } from './run-job.ts';
import { countOf } from './table.ts';

/** Where Calico and its neighbours keep their data in etcd v2. */
export const CALICO_ROOT = '/calico';

/**
 * Saves all that Calico 2.6 keeps in etcd v2 where `--backup` says, and reads it back: `restore` puts it into etcd v2 again.
 * Returns where it is; `undefined` for `--backup none`. Nothing is written to etcd.
 */
export async function exportV1(
  options: CommonOptions,
  run: Run,
  job: string,
  v2: EtcdV2,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<KeptBackup | undefined> {
  checkBackupChoice(options.backup);
  if (options.backup === 'none') return undefined;
  const writer = exportWriter();
  for await (const batch of v2.readTree(CALICO_ROOT)) {
    signal.throwIfAborted();
    for (const node of batch) if (isModelKey(node.key)) writer.add(node);
  }
  return await keepExport(options, run, job, writer.files(), log);
}

/** Saves the files of an export where `--backup` (or `where`) says, and reads every key back. Returns where it is. */
export async function keepExport(
  options: CommonOptions,
  run: Run,
  job: string,
  files: BackupFiles,
  log: Log,
  where: string = options.backup,
): Promise<KeptBackup> {
  const kept = await keepBackup(options, run, job, files, where);
  const back = await backupStore(where, () => run.client(), options.namespace).load(kept.name);
  const count = sameExport(files, back);
  log.info(`${countOf(count, 'key')} of etcd v2 saved and read back: ${kept.place}`);
  return kept;
}

/** Compares key by key. Returns how many there are. */
function sameExport(files: BackupFiles, back: BackupFiles): number {
  const found = readExport(back);
  let count = 0;
  for (const { key, value } of readExport(files)) {
    const { value: same } = found.next();
    if (same?.key !== key || same.value !== value) {
      throw different(`the backup was not read back as it was saved: ${key} differs. Nothing was deleted`);
    }
    count += 1;
  }
  return count;
}
