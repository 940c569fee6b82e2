import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { withoutIdentity } from '../../../jobs/lib/calico/kdd/identity.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { reportName } from '../../../jobs/lib/run/report.ts';
import { backupNames, type Content, readContent } from '../content.ts';

/** What jobs leave in a cluster, but for what differs from run to run: uids, versions, times. */
export interface Outcome extends Omit<Content, 'backups'> {
  /** The ConfigMaps of backups, by name. */
  readonly backups: Readonly<Record<string, unknown>>;
  /** How the last run ended, by its own report. */
  readonly reported: unknown;
  /** The backups that are listed beside the report. */
  readonly listed: readonly string[];
}

export async function readOutcome(admin: KubeClient, job = 'tpr-to-crd'): Promise<Outcome> {
  const [{ tprs, crds, crdObjects, nodes, backups }, left] = await Promise.all([
    readContent(admin),
    readReport(admin, job),
  ]);
  return {
    // With their versions: a job never writes them.
    tprs,
    crds: crds.map(withoutServerFields),
    crdObjects: crdObjects.map(onceWritten),
    nodes,
    backups: Object.fromEntries(backups.map(({ metadata, data }) => [metadata.name, data])),
    ...left,
  };
}

/** The generation grows with each change of an object: it shows a write that was done twice with another effect. */
function onceWritten(object: KubeObject): KubeObject {
  return { ...withoutServerFields(withoutIdentity(object)), generation: object.metadata.generation };
}

async function readReport(admin: KubeClient, job: string): Promise<Pick<Outcome, 'reported' | 'listed'>> {
  const configMap = await get(admin, CONFIG_MAPS, reportName(job), 'default');
  const data = isRecord(configMap?.data) ? configMap.data : {};
  const report: unknown = load(String(data['report.yaml'] ?? '{}'));
  const lines = String(data['backups.txt'] ?? '').trimEnd();
  return {
    reported: isRecord(report) ? report.outcome : undefined,
    listed: lines.split('\n').map(line => line.replace(/^.*\//, '')),
  };
}

/**
 * The cluster holds what it holds after a run without faults, the backup of the original data included. A run that was
 * cut off between two Nodes leaves the next one a new state to back up: further backups may exist if they are whole.
 */
export async function assertOutcome(
  admin: KubeClient,
  reference: Outcome,
  what: string,
  job?: string,
): Promise<void> {
  const found = await readOutcome(admin, job);
  const known = Object.entries(found.backups).filter(([name]) => name in reference.backups);
  const { listed } = reference;
  assert.deepEqual({ ...found, backups: Object.fromEntries(known), listed }, reference, what);
  const store = configMapBackupStore(admin, 'default');
  const complete = await backupNames(admin);
  assert.deepEqual(found.listed.toSorted(), complete.toSorted(), `${what}: the list of backups`);
  assert.equal(found.listed[0], listed[0], `${what}: the backup of the original data is listed first`);
  for (const name of complete) await store.load(name);
  const parts = Object.keys(found.backups).filter(name => !complete.includes(name));
  const orphans = parts.filter(part => !complete.some(name => part.startsWith(`${name}-`)));
  assert.deepEqual(orphans, [], `${what}: parts of a backup that was never finished`);
}
