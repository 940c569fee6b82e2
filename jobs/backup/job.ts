import { tprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { hasPeers, isEmpty, nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { readTprs } from '../lib/kubernetes/tprs.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import type { BackupOptions } from './options.ts';

/** Saves all ThirdPartyResource data and the CRD objects beside it. Returns the exit code. */
export function backup(options: BackupOptions, log: Log): Promise<number> {
  return runJob('backup', options, log, run => save(options, run));
}

async function save(options: BackupOptions, run: Run): Promise<JobResult> {
  if (options.backup === 'none')
    throw wrongUsage('backup --backup none saves nothing: name configmap or a directory');
  const client = run.client();
  const log = run.stage('backup');
  const [tprs, nodes, crdObjects] = await Promise.all([
    readTprs(client, TPR_KINDS, run.signal),
    list(client, NODES, { pick: nodeWithPeers }),
    readCrdObjects(client),
  ]);
  const snapshot = { ...tprs, nodes: (nodes ?? []).filter(hasPeers) };
  const instances = [...snapshot.instances.values()].reduce(
    (sum, objects) => sum + (objects?.length ?? 0),
    0,
  );
  const counts = {
    thirdPartyResources: snapshot.definitions.length,
    instances,
    nodes: snapshot.nodes.length,
    crdObjects: crdObjects.length,
  };
  if (isEmpty(snapshot) && crdObjects.length === 0) {
    return {
      sentence: 'nothing to save: no ThirdPartyResource data and no CRD objects of Calico',
      counts,
      details: {},
    };
  }
  const { files, leftOut } = tprBackup(snapshot, crdObjects);
  for (const line of leftOut) log.warn(`${line}; it is in the raw files of the backup`);
  for (const [name, text] of files) log.info(`${name} ${Buffer.byteLength(text)} bytes`);
  const what = `${instances} ThirdPartyResource objects, ${snapshot.nodes.length} nodes with BGP peers, ${crdObjects.length} CRD objects`;
  if (options.dryRun) return { sentence: `dry run: ${what} to save`, counts, details: {} };
  const store = backupStore(options.backup, () => client, options.namespace);
  const name = await store.save(files);
  const place = options.backup === 'configmap' ? `ConfigMap ${options.namespace}/${name}` : name;
  return {
    sentence: `saved and read back: ${what}. Bring them back with: restore --backup ${name}`,
    counts,
    details: { backup: place, leftOut },
  };
}

async function readCrdObjects(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(TPR_KINDS.map(({ crd }) => list(client, crd)));
  return lists.flatMap(objects => objects ?? []);
}
