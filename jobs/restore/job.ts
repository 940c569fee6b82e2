import { readTprBackup, type TprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { accessText, missingAccess } from '../lib/kubernetes/access.ts';
import { THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { different, refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { neededAccess } from './access.ts';
import { restoreDefinitions, restoreItems, restoreNodes } from './apply.ts';
import type { RestoreOptions } from './options.ts';
import { itemText, type KindToRestore, planRestore } from './plan.ts';

/** Brings ThirdPartyResources, their objects and node-scoped peers back from a backup. Returns the exit code. */
export function restore(options: RestoreOptions, log: Log): Promise<number> {
  return runJob('restore', options, log, run => bringBack(options, run));
}

async function bringBack(options: RestoreOptions, run: Run): Promise<JobResult> {
  if (options.backup === 'configmap' || options.backup === 'none') {
    throw wrongUsage('name the backup: --backup NAME of its ConfigMap, or its directory');
  }
  const client = run.client();
  const saved = await loadBackup(options, run);
  await preflight(client, options, run.stage('preflight'));
  const log = run.stage('apply');
  const target = { client, log, signal: run.signal };
  if (!options.dryRun) await restoreDefinitions(target, saved.definitions);
  const plan = planRestore(await kindsToRestore(client, saved, options));
  const summary = `${plan.create.length} to create, ${plan.differ.length} different, ${plan.unchanged.length} unchanged`;
  run.stage('plan').info(summary);
  if (plan.differ.length > 0 && options.onConflict === 'stop') {
    throw refused(
      `no object was written: ${plan.differ.length} in the cluster differ from the backup (decide with --on-conflict keep or overwrite)`,
      plan.differ.map(itemText),
    );
  }
  const counts = {
    created: plan.create.length,
    different: plan.differ.length,
    unchanged: plan.unchanged.length,
  };
  if (options.dryRun) return { sentence: `dry run: ${summary}`, counts, details: {} };
  run.stage('apply');
  await restoreItems(target, plan, options.onConflict);
  const missingNodes = await restoreNodes(target, saved.nodes);
  for (const node of missingNodes)
    log.warn(`Node ${node} does not exist any more: its BGP peers are not restored`);
  await verify(client, saved, options);
  run.stage('verify').info('all read back and equal');
  return {
    sentence: `restored and verified from ${options.backup}: ${plan.create.length} created, ${plan.unchanged.length} were there already, ${plan.differ.length} differing ${options.onConflict === 'overwrite' ? 'overwritten' : 'kept'}`,
    counts,
    details: { missingNodes },
  };
}

async function loadBackup(options: RestoreOptions, run: Run): Promise<TprBackup> {
  const log = run.stage('backup');
  const store = backupStore(options.backup, () => run.client(), options.namespace);
  const files = await store.load(options.backup);
  const saved = readTprBackup(files);
  log.info(`${options.backup} is whole: ${files.size} files`);
  return saved;
}

async function preflight(client: KubeClient, options: RestoreOptions, log: Log): Promise<void> {
  if (!(await firstServed(client, [THIRD_PARTY_RESOURCES]))) {
    throw refused(
      'the API server does not serve ThirdPartyResources (they ended with Kubernetes 1.8): go back to Kubernetes 1.7 first, or copy them to CustomResourceDefinitions with tpr-to-crd --from-etcd',
    );
  }
  const missing = await missingAccess(client, neededAccess(options));
  if (missing.length > 0) {
    throw refused(
      `the service account or user may not: ${missing.map(accessText).join('; ')}. Grant these rights first`,
    );
  }
  log.info('ThirdPartyResources are served, all rights are there');
}

async function kindsToRestore(
  client: KubeClient,
  saved: TprBackup,
  options: RestoreOptions,
): Promise<readonly KindToRestore[]> {
  const instances = await Promise.all(
    TPR_KINDS.map(async ({ tprName, tpr }) => ({
      resource: tpr,
      saved: saved.instances.get(tprName) ?? [],
      present: (await list(client, tpr)) ?? [],
    })),
  );
  if (!options.crdObjects) return instances;
  const crds = await Promise.all(
    TPR_KINDS.map(async ({ crd }) => ({
      resource: crd,
      saved: saved.crdObjects.filter(({ kind }) => kind === crd.kind),
      present: (await list(client, crd)) ?? [],
    })),
  );
  return [...instances, ...crds];
}

async function verify(client: KubeClient, saved: TprBackup, options: RestoreOptions): Promise<void> {
  const left = planRestore(await kindsToRestore(client, saved, options));
  const wrong = options.onConflict === 'keep' ? left.create : [...left.create, ...left.differ];
  if (wrong.length > 0)
    throw different(`${wrong.length} objects are not as in the backup`, wrong.map(itemText));
}
