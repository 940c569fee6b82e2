import type { KubeClient } from '../kubernetes/client.ts';
import type { BackupStore } from './backup.ts';
import { configMapBackupStore } from './backup-configmap.ts';
import { directoryBackupStore } from './backup-directory.ts';

/** The store that `--backup` names: a directory if it contains a slash or is not a ConfigMap's name. */
export function backupStore(backup: string, client: () => KubeClient, namespace: string): BackupStore {
  return isDirectory(backup) ? directoryBackupStore(backup) : configMapBackupStore(client(), namespace);
}

function isDirectory(backup: string): boolean {
  return backup !== 'configmap' && !/^calico-upgrade-backup-[0-9a-f]+$/.test(backup);
}
