import { newOrChanged } from '../lib/kubernetes/object-sets.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { different } from '../lib/run/failure.ts';
import { type KeptBackup, keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { KddCleanerOptions } from './options.ts';
import { backupFiles, together, type V3Kind } from './v3-data.ts';

/** The backups of one run. The last one always holds all that any of them holds. */
export interface Vault {
  readonly backups: readonly KeptBackup[];
  /** Saves what is not saved yet, reads it back and compares. Returns whether there was anything. */
  keep(data: readonly V3Kind[]): Promise<boolean>;
}

/** An empty vault. */
export function openVault(options: KddCleanerOptions, run: Run): Vault {
  const backups: KeptBackup[] = [];
  let saved: readonly V3Kind[] = [];
  return {
    backups,
    async keep(data) {
      const before = new Map(saved.map(kind => [kind.kind, kind]));
      const news = data.some(now => newOrChanged(before.get(now.kind)?.objects, now.objects).length > 0);
      if (backups.length > 0 && !news) return false;
      const after = new Map(data.map(now => [now.kind, together(before.get(now.kind) ?? now, now)]));
      const all = backups.length === 0 ? data : saved.map(kind => after.get(kind.kind) ?? kind);
      const files = backupFiles(all);
      const kept = await keepBackup(options, run, 'kdd-cleaner', files);
      const store = backupStore(options.backup, () => run.client(), options.namespace);
      const readBack = await store.load(kept.name);
      const wrong = [...files].filter(([name, text]) => readBack.get(name) !== text).map(([name]) => name);
      if (wrong.length > 0)
        throw different(`nothing more was deleted: the backup ${kept.place} is not what was saved`, wrong);
      saved = all;
      backups.push(kept);
      run
        .stage('backup')
        .info(`saved, read back and compared: ${kept.place} (${countOf(files.size, 'file')})`);
      return true;
    },
  };
}
