import { NEW_IN_3_0 } from '../lib/calico/crd-kinds.ts';
import { readTprBackup, type TprBackup } from '../lib/calico/tpr-backup.ts';
import { isExport } from '../lib/etcd/v2-export.ts';
import { THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { resourceName } from '../lib/kubernetes/resource.ts';
import type { BackupFiles } from '../lib/run/backup.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { different, refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { requireAccess } from '../lib/run/own-access.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import { neededAccess } from './access.ts';
import { applyRestore, type Done, isNew, restoreDefinitions, waitUntilSettled } from './apply.ts';
import { saveOverwritten } from './backup.ts';
import { withReportPlace } from './etcd/report-place.ts';
import { restoreV1 } from './etcd/restore-v1.ts';
import type { RestoreOptions } from './options.ts';
import { conflictLines, itemText, planRestore, type RestorePlan } from './plan.ts';
import { readPresent } from './present.ts';
import { doneCounts, doneSentence, planCounts, plannedText } from './sentence.ts';

/**
 * Brings back what a backup holds: ThirdPartyResources, their objects and node-scoped peers, CRD objects, or keys of etcd
 * v2. Returns the exit code.
 */
export async function restore(given: RestoreOptions, log: Log): Promise<number> {
  const options = await withReportPlace(given);
  return runJob('restore', options, log, (run, findings) => bringBack(options, run, findings));
}

async function bringBack(given: RestoreOptions, run: Run, findings: Findings): Promise<JobResult> {
  if (given.backup === 'configmap' || given.backup === 'none') {
    throw wrongUsage('name the backup: --backup NAME of its ConfigMap, or its directory');
  }
  const files = await loadBackup(given, run);
  if (isExport(files)) return await restoreV1(given, run, findings, files);
  const saved = readTprBackup(files);
  // Whoever names a backup of CRD objects alone wants these.
  const options = saved.ofTprs ? given : { ...given, crdObjects: true };
  await preflight(run.client(), options, saved, run.stage('preflight'));
  const plan = await makePlan(options, run, saved, findings);
  if (options.dryRun) return { ...findings, sentence: `dry run: ${plannedText(planCounts(plan))}` };

  const done: Done = { created: 0, overwritten: 0, nodes: 0, leftOut: new Set() };
  let latest = plan;
  let defined = 0;
  try {
    const target = { client: run.client(), log: run.stage('apply'), signal: run.signal };
    if (plan.define.length > 0) defined = await restoreDefinitions(target, plan.define);
    if (defined > 0 || isNew(plan.defined, new Date())) {
      await waitUntilSettled(target, options.settle);
      latest = await makePlan(options, run, saved, findings);
    }
    await saveOverwritten(options, run, latest, saved);
    await applyRestore(
      { ...target, log: run.stage('apply') },
      latest,
      options.onConflict === 'overwrite',
      done,
    );
    await verify(options, run, saved, done);
  } finally {
    findings.counts = doneCounts(latest, done, defined);
    findings.details = { ...findings.details, leftOut: [...done.leftOut] };
  }
  return { ...findings, sentence: doneSentence(options, doneCounts(latest, done, defined)) };
}

async function loadBackup(options: RestoreOptions, run: Run): Promise<BackupFiles> {
  const log = run.stage('backup');
  const store = backupStore(options.backup, () => run.client(), options.namespace);
  const files = await store.load(options.backup);
  log.info(`${options.backup} is whole: ${countOf(files.size, 'file')}`);
  return files;
}

async function preflight(
  client: KubeClient,
  options: RestoreOptions,
  saved: TprBackup,
  log: Log,
): Promise<void> {
  if (saved.ofTprs && !(await firstServed(client, [THIRD_PARTY_RESOURCES]))) {
    throw refused(
      'the API server does not serve ThirdPartyResources (they ended with Kubernetes 1.8): go back to Kubernetes 1.7 first, or copy them to CustomResourceDefinitions with tpr-to-crd --from-etcd',
    );
  }
  await requireAccess(client, neededAccess(options, saved));
  log.info(`${saved.ofTprs ? 'ThirdPartyResources are served, ' : ''}all rights are there`);
}

/** Throws a refusal where a kind of the backup's CRD objects is not defined, with what defines it. */
function requireDefined({ undefinedCrds }: RestorePlan): void {
  if (undefinedCrds.length === 0) return;
  const names = undefinedCrds.map(resourceName).join(', ');
  const define = undefinedCrds.some(crd => NEW_IN_3_0.includes(crd))
    ? 'First create customresourcedefinitions.json of the backup where it has that file, else run kdd-v1-to-v3'
    : 'Run tpr-to-crd first';
  throw refused(
    `nothing was written: the backup holds CRD objects, but the cluster does not define ${names}. ${define}, or restore without --crd-objects`,
  );
}

/** Reads the cluster and compares. Throws a refusal where a person has to decide; nothing is written then. */
async function makePlan(
  options: RestoreOptions,
  run: Run,
  saved: TprBackup,
  findings: Findings,
): Promise<RestorePlan> {
  const log = run.stage('plan');
  const plan = planRestore(saved, await readPresent(run.client(), saved, options.crdObjects, run.signal));
  const conflicts = conflictLines(plan);
  findings.counts = planCounts(plan);
  findings.details = {
    backup: options.backup,
    conflicts,
    missingNodes: plan.missingNodes,
    notInBackup: plan.extra,
  };
  log.info(plannedText(planCounts(plan)));
  for (const node of plan.missingNodes)
    log.warn(`Node ${node} does not exist any more: its BGP peers are not restored`);
  for (const line of firstLines(plan.extra, 200, 'the report has them all'))
    log.warn(`${line}: not in the backup, and left as it is. If Calico must not use it, delete it`);
  if (plan.dying.length > 0) {
    throw refused(
      `no object was written: ${countOf(plan.dying.length, 'object')} of the backup being deleted at this moment. Wait until they are gone, then start again`,
      plan.dying.map(itemText),
    );
  }
  requireDefined(plan);
  if (conflicts.length > 0 && options.onConflict === 'stop') {
    throw refused(
      `no object was written: ${countOf(conflicts.length, 'difference')} between cluster and backup (decide with --on-conflict keep or overwrite)`,
      conflicts,
    );
  }
  const verb = options.onConflict === 'keep' ? 'kept as it is' : 'to be overwritten';
  const lines = firstLines(conflicts, 200, 'the report has them all');
  for (const line of lines) log.warn(`${verb}: ${line}`);
  return plan;
}

/** Reads everything again. Throws when something is not as in the backup, but for what was meant to be kept. */
async function verify(options: RestoreOptions, run: Run, saved: TprBackup, done: Done): Promise<void> {
  const log = run.stage('verify');
  const left = planRestore(saved, await readPresent(run.client(), saved, options.crdObjects, run.signal));
  const wrong = [
    ...left.define.map(({ metadata }) => `ThirdPartyResource ${metadata.name}: missing`),
    ...left.create
      .map(itemText)
      .filter(item => !done.leftOut.has(item))
      .map(item => `${item}: missing`),
    ...left.nodes
      .filter(({ changes }) => Object.keys(changes).length > 0)
      .map(({ saved: node }) => `Node ${node.metadata.name}: BGP peers are not as in the backup`),
    ...(options.onConflict === 'keep' ? [] : conflictLines(left)),
  ];
  if (wrong.length > 0) throw different(`${countOf(wrong.length, 'object')} not as in the backup`, wrong);
  log.info('all read back and equal');
}
