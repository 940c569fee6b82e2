import { snapshotChanges } from '../lib/calico/snapshot-changes.ts';
import { readTprBackup, tprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import type { ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { newOrChanged, withNewer } from '../lib/kubernetes/object-sets.ts';
import type { Tprs } from '../lib/kubernetes/tprs.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { different } from '../lib/run/failure.ts';
import { type KeptBackup, keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { TprCleanerOptions } from './options.ts';

/** The backups of one run. The last one always holds all that any of them holds. */
export interface Vault {
  readonly backups: readonly KeptBackup[];
  /** Everything that was saved. */
  readonly saved: Tprs;
  /**
   * Saves what no backup of this run holds yet, reads the backup back, and compares it. Returns whether there was
   * anything. Without `existing` the CRD objects are those of the backup before. Throws a Failure where what was read back is not what was saved.
   */
  keep(tprs: Tprs, existing?: ObjectsByPlural): Promise<boolean>;
}

/** An empty vault; `nodes` are those with BGP peers of their own, which belong into every backup. */
export function openVault(options: TprCleanerOptions, run: Run, nodes: readonly KubeObject[]): Vault {
  const backups: KeptBackup[] = [];
  let saved: Tprs = { definitions: [], instances: new Map() };
  let copies: ObjectsByPlural = new Map();
  return {
    backups,
    get saved() {
      return saved;
    },
    async keep(tprs, existing) {
      if (backups.length > 0 && unsaved(saved, tprs).length === 0) return false;
      const all = together(saved, tprs);
      copies = existing ?? copies;
      const log = run.stage('backup');
      const crdObjects = TPR_KINDS.flatMap(({ crd }) => copies.get(crd.plural) ?? []);
      const { files, leftOut } = tprBackup({ ...all, nodes }, crdObjects);
      for (const line of leftOut) log.warn(`${line}; it is in the raw files of the backup`);
      const kept = await keepBackup(options, run, 'tpr-cleaner', files);
      const store = backupStore(options.backup, () => run.client(), options.namespace);
      const readBack = readTprBackup(await store.load(kept.name));
      const changes = snapshotChanges({ ...all, nodes }, readBack);
      if (changes.length > 0) {
        const sentence = `nothing more was deleted: the backup ${kept.place} is not what was saved. Look for who changed it, then start again`;
        throw different(sentence, changes);
      }
      saved = all;
      backups.push(kept);
      log.info(`saved, read back and compared: ${kept.place} (${countOf(files.size, 'file')})`);
      return true;
    },
  };
}

/** The objects that are new, or have another content than what is saved: `kind namespace/name`. */
export function unsaved(saved: Tprs, now: Tprs): readonly string[] {
  return [
    ...newOrChanged(saved.definitions, now.definitions).map(key => `ThirdPartyResource ${key}`),
    ...TPR_KINDS.flatMap(({ tprName, tpr }) =>
      newOrChanged(saved.instances.get(tprName), now.instances.get(tprName)).map(key => `${tpr.kind} ${key}`),
    ),
  ];
}

/** Both, an object of `now` in the place of an older one. */
export function together(saved: Tprs, now: Tprs): Tprs {
  const instances = TPR_KINDS.map(({ tprName }) => {
    const [before, after] = [saved.instances.get(tprName), now.instances.get(tprName)];
    return [tprName, before && after ? withNewer(before, after) : (after ?? before)] as const;
  });
  return { definitions: withNewer(saved.definitions, now.definitions), instances: new Map(instances) };
}
