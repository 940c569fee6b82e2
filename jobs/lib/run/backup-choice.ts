import type { KubeClient } from '../kubernetes/client.ts';
import type { BackupStore } from './backup.ts';
import { configMapBackupStore } from './backup-configmap.ts';
import { directoryBackupStore } from './backup-directory.ts';
import { wrongUsage } from './failure.ts';

/** Throws a usage Failure where `--backup` means nothing; for the beginning of a run, before anything is done. */
export function checkBackupChoice(backup: string): void {
  if (backup === 'none' || !isDirectory(backup) || backup.includes('/')) return;
  throw wrongUsage(
    `--backup ${backup} is neither configmap, none, the name of a backup, nor a directory: write a directory as ./${backup}`,
  );
}

/** The store that `--backup` names: `configmap` or the name of a backup, otherwise a directory, which has a slash. */
export function backupStore(backup: string, client: () => KubeClient, namespace: string): BackupStore {
  checkBackupChoice(backup);
  return isDirectory(backup) ? directoryBackupStore(backup) : configMapBackupStore(client(), namespace);
}

/** Whether `--backup` names a directory, and not ConfigMaps. */
export function isDirectory(backup: string): boolean {
  return backup !== 'configmap' && !/^calico-upgrade-backup-[0-9a-f]+$/.test(backup);
}
