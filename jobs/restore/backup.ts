import { basename, dirname, join } from 'node:path';
import { CRD_KINDS } from '../lib/calico/crd-kinds.ts';
import { CRD_OBJECTS_FILE, listText } from '../lib/calico/object-list.ts';
import { type TprBackup, tprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { isDirectory } from '../lib/run/backup-choice.ts';
import { keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import type { RestoreOptions } from './options.ts';
import type { RestorePlan } from './plan.ts';

/** Saves the present state of what `overwrite` is going to change, beside the backup that is restored. */
export async function saveOverwritten(
  options: RestoreOptions,
  run: Run,
  plan: RestorePlan,
  { ofTprs }: Pick<TprBackup, 'ofTprs'>,
): Promise<void> {
  const nodes = plan.nodes.filter(({ differences }) => differences.length > 0).map(({ present }) => present);
  if (options.onConflict !== 'overwrite' || (plan.differ.length === 0 && nodes.length === 0)) return;
  const present = plan.differ.map(item => item.present);
  const ofKind = (kind: string) => plan.differ.filter(({ resource }) => resource.kind === kind);
  const instances = new Map(
    TPR_KINDS.map(({ tprName, tpr }) => [tprName, ofKind(tpr.kind).map(item => item.present)]),
  );
  const crds = new Set(CRD_KINDS.map(({ kind }) => kind));
  const crdObjects = present.filter(({ kind }) => kind !== undefined && crds.has(kind));
  const files = ofTprs
    ? tprBackup({ definitions: [], instances, nodes }, crdObjects).files
    : new Map([[CRD_OBJECTS_FILE, listText(crdObjects)]]);
  const log = run.stage('backup');
  const { place } = await keepBackup(options, run, 'restore', files, besideOf(options.backup));
  log.info(`what is overwritten is saved and read back: ${place}`);
}

/** Where backups like the given one are kept; in a directory of its own, so that the given one stays the only one. */
export function besideOf(backup: string): string {
  if (!isDirectory(backup)) return 'configmap';
  const root = basename(backup).startsWith('calico-upgrade-backup-') ? dirname(backup) : backup;
  return join(root, 'overwritten-by-restore');
}
