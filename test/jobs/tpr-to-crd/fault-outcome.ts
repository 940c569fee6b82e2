import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { backupNames, type Content, readContent } from '../content.ts';

/** What jobs leave in a cluster, but for what differs from run to run: uids, versions, times. */
export interface Outcome extends Omit<Content, 'backups'> {
  /** The ConfigMaps of backups, by name. */
  readonly backups: Readonly<Record<string, unknown>>;
  /** How the last run ended, by its own report. */
  readonly reported: unknown;
}

export async function readOutcome(admin: KubeClient): Promise<Outcome> {
  const [{ tprs, crds, crdObjects, nodes, backups }, reported] = await Promise.all([
    readContent(admin),
    reportedOutcome(admin),
  ]);
  return {
    // With their versions: a job never writes them.
    tprs,
    crds: crds.map(withoutServerFields),
    crdObjects: crdObjects.map(onceWritten),
    nodes,
    backups: Object.fromEntries(backups.map(({ metadata, data }) => [metadata.name, data])),
    reported,
  };
}

/** The generation grows with each change of an object: it shows a write that was done twice with another effect. */
function onceWritten(object: KubeObject): KubeObject {
  return { ...withoutServerFields(object), generation: object.metadata.generation };
}

async function reportedOutcome(admin: KubeClient): Promise<unknown> {
  const configMap = await get(admin, CONFIG_MAPS, 'calico-upgrade-report-tpr-to-crd', 'default');
  const data = isRecord(configMap?.data) ? configMap.data['report.yaml'] : undefined;
  const report = typeof data === 'string' ? load(data) : undefined;
  return isRecord(report) ? report.outcome : undefined;
}

/**
 * The cluster holds what it holds after a run without faults, the backup of the original data included. A run that was
 * cut off between two Nodes leaves the next one a new state to back up: further backups may exist if they are whole.
 */
export async function assertOutcome(admin: KubeClient, reference: Outcome, what: string): Promise<void> {
  const found = await readOutcome(admin);
  const known = Object.entries(found.backups).filter(([name]) => name in reference.backups);
  assert.deepEqual({ ...found, backups: Object.fromEntries(known) }, reference, what);
  const store = configMapBackupStore(admin, 'default');
  const complete = await backupNames(admin);
  for (const name of complete) await store.load(name);
  const parts = Object.keys(found.backups).filter(name => !complete.includes(name));
  const orphans = parts.filter(part => !complete.some(name => part.startsWith(`${name}-`)));
  assert.deepEqual(orphans, [], `${what}: parts of a backup that was never finished`);
}
