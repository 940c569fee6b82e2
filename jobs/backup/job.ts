import { CRD_KINDS } from '../lib/calico/crd-kinds.ts';
import { snapshotChanges } from '../lib/calico/snapshot-changes.ts';
import { tprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { hasPeers, isEmpty, nodeWithPeers, type TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { readTprs, type Tprs } from '../lib/kubernetes/tprs.ts';
import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { different, wrongUsage } from '../lib/run/failure.ts';
import { keepBackup } from '../lib/run/keep-backup.ts';
import type { Log } from '../lib/run/log.ts';
import { requireAccess } from '../lib/run/own-access.ts';
import { type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import { neededAccess } from './access.ts';
import type { BackupOptions } from './options.ts';

/** Saves all ThirdPartyResource data and the CRD objects beside it. Returns the exit code. */
export function backup(options: BackupOptions, log: Log): Promise<number> {
  return runJob('backup', options, log, run => save(options, run));
}

async function save(options: BackupOptions, run: Run): Promise<JobResult> {
  if (options.backup === 'none')
    throw wrongUsage('backup --backup none saves nothing: name configmap or a directory');
  checkBackupChoice(options.backup);
  const servesTprs = await preflight(run.client(), options, run.stage('preflight'));
  const [snapshot, crdObjects] = await Promise.all([
    readSnapshot(run, servesTprs),
    readCrdObjects(run.client()),
  ]);
  const counts = countsOf(snapshot, crdObjects);
  const without = servesTprs ? '' : ' (ThirdPartyResources are not served here, and are not saved)';
  if (isEmpty(snapshot) && crdObjects.length === 0) {
    const sentence = `nothing to save: no ThirdPartyResource data and no CRD objects of Calico${without}`;
    return { sentence, counts, details: {} };
  }
  const { files, leftOut } = tprBackup(snapshot, crdObjects);
  const log = run.stage('backup');
  for (const line of leftOut) log.warn(`${line}; it is in the raw files of the backup`);
  for (const [name, text] of files) log.info(`${name} ${Buffer.byteLength(text)} bytes`);
  const { instances, nodes } = counts;
  const what = `${countOf(instances, 'ThirdPartyResource object')}, ${countOf(nodes, 'node')} with BGP peers, ${countOf(crdObjects.length, 'CRD object')}${without}`;
  if (options.dryRun) return { sentence: `dry run: ${what} to save`, counts, details: {} };
  const { name, place } = await keepBackup(options, run, 'backup', files);
  await verify(run, snapshot, servesTprs);
  return {
    sentence: `saved and read back: ${what}. Bring them back with: restore --backup ${name}`,
    counts,
    details: { backup: place, leftOut },
  };
}

/** Asks for our rights. Returns whether there are ThirdPartyResources to save; says so where there are none. */
async function preflight(client: KubeClient, options: BackupOptions, log: Log): Promise<boolean> {
  const servesTprs = (await firstServed(client, [THIRD_PARTY_RESOURCES])) !== undefined;
  await requireAccess(client, neededAccess(options, servesTprs));
  if (servesTprs) log.info('ThirdPartyResources are served, all rights are there');
  else
    log.warn(
      'the API server does not serve ThirdPartyResources (Kubernetes 1.8 or later?): only CRD objects and BGP peers of nodes can be saved',
    );
  return servesTprs;
}

/** Reads the old data again: a backup of data that was being changed, or destroyed, is none to rely on. */
async function verify(run: Run, saved: TprSnapshot, servesTprs: boolean): Promise<void> {
  const changed = snapshotChanges(saved, await readSnapshot(run, servesTprs));
  if (changed.length > 0) {
    throw different(
      `${countOf(changed.length, 'object')} changed while the backup was made. Look for who does that, then start again`,
      changed,
    );
  }
  run.stage('verify').info('nothing changed meanwhile');
}

const NO_TPRS: Tprs = { definitions: [], instances: new Map() };

async function readSnapshot(run: Run, servesTprs: boolean): Promise<TprSnapshot> {
  const client = run.client();
  const [tprs, nodes] = await Promise.all([
    servesTprs ? readTprs(client, TPR_KINDS, run.signal) : NO_TPRS,
    list(client, NODES, { pick: nodeWithPeers }),
  ]);
  return { ...tprs, nodes: (nodes ?? []).filter(hasPeers) };
}

async function readCrdObjects(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(CRD_KINDS.map(crd => list(client, crd)));
  return lists.flatMap(objects => objects ?? []);
}

function countsOf({ definitions, instances, nodes }: TprSnapshot, crdObjects: readonly KubeObject[]) {
  return {
    thirdPartyResources: definitions.length,
    instances: [...instances.values()].reduce((sum, objects) => sum + (objects?.length ?? 0), 0),
    nodes: nodes.length,
    crdObjects: crdObjects.length,
  };
}
