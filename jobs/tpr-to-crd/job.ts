import type { CalicoInstall } from '../lib/calico/calico-install.ts';
import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { failureOf } from '../lib/kubernetes/failures.ts';
import type { ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { judge } from '../lib/run/checks.ts';
import { type CrdTarget, checkDefinitions } from '../lib/run/define-kinds.ts';
import { different, refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { readInstall } from '../lib/run/read-install.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import { applyPlan, type Done } from './apply.ts';
import { saveBackup } from './backup.ts';
import { checkCalico } from './checks.ts';
import type { TprToCrdOptions } from './options.ts';
import { makePlan, type Plan, type PlanOptions, writeCount } from './plan.ts';
import { checkServer } from './preflight.ts';
import { refusalOf } from './refusal.ts';
import { doneSentence, plannedSentence } from './sentence.ts';
import { readExisting, readSource } from './source.ts';
import { type CountsRow, countsOf, doneRows, planDetails, planRows, rowsTable, totals } from './summary.ts';
import { conflictKey, verdict } from './verify.ts';

/** How often changes that somebody makes during the run are followed before it is called a moving target. */
const VERIFY_ROUNDS = 5;

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

/** Copies ThirdPartyResources to CustomResourceDefinitions. Returns the exit code. */
export function tprToCrd(options: TprToCrdOptions, log: Log): Promise<number> {
  return runJob('tpr-to-crd', options, log, (run, findings) => migrate(options, run, findings));
}

async function migrate(options: TprToCrdOptions, run: Run, findings: Findings): Promise<JobResult> {
  checkBackupChoice(options.backup);
  const client = run.client();
  const preflight = run.stage('preflight');
  const api = await checkServer(client, options, preflight);
  const [install, source, existing, unready] = await Promise.all([
    readInstall(client, api.daemonSets),
    readSource(client, options, run.signal, preflight),
    readExisting(client),
    checkDefinitions(
      client,
      api.crds,
      TPR_KINDS.map(({ crd }) => crd),
    ),
  ]);
  judge(checkCalico(install, configsOf(source, existing)), options.force, preflight);

  const planOptions = planOptionsOf(options, install);
  const plan = makePlan(source, existing, { ...planOptions, unready });
  const planned = planRows(source, plan);
  findings.counts = countsOf(planned, 'planned');
  findings.details = planDetails(plan);
  showPlan(run.stage('plan'), source, planned, plan, options);
  const refusal = refusalOf(plan, options.skipInvalid);
  if (refusal) throw refusal;
  if (options.dryRun) return { ...findings, sentence: plannedSentence(totals(planned, 'planned'), plan) };

  const done: Done = { objects: new Map(), nodes: new Set() };
  try {
    await saveBackup(options, run, source, plan);
    const target: CrdTarget = { client, crdApi: api.crds, log: run.stage('apply'), signal: run.signal };
    await applyOrSay(target, plan, done);
    await verify(options, run, target, planOptions, done, new Set(plan.actions.keep.map(conflictKey)));
  } catch (error) {
    showDone(run, findings, doneRows(source, plan, done));
    throw error;
  }
  const rows = doneRows(source, plan, done);
  showDone(run, findings, rows);
  return { ...findings, sentence: doneSentence(totals(rows, 'done'), plan) };
}

/** Where CalicoVersion may be: 2.4 writes it to the ThirdPartyResources, 2.5 to the CRD objects. */
function configsOf(source: TprSnapshot, existing: ObjectsByPlural) {
  const configs = source.instances.get('global-config.projectcalico.org') ?? [];
  const own = configs.filter(({ metadata }) => metadata.namespace === CALICO_NAMESPACE);
  return [...own, ...(existing.get('globalfelixconfigs') ?? [])];
}

function planOptionsOf(options: TprToCrdOptions, install: CalicoInstall): PlanOptions {
  const { targetVersion, onConflict } = options;
  return { targetVersion, onConflict, defaultPools: install.defaultPools };
}

function showPlan(
  log: Log,
  source: TprSnapshot,
  rows: readonly CountsRow[],
  plan: Plan,
  options: TprToCrdOptions,
): void {
  for (const line of rowsTable(rows, ['to create', 'to overwrite'])) log.info(line);
  const missing = TPR_KINDS.filter(({ tprName }) => !source.instances.get(tprName)).map(
    ({ tpr }) => tpr.kind,
  );
  if (missing.length > 0) log.info(`not defined here, so nothing to copy: ${missing.join(', ')}`);
  const notes = [
    ...plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    ...plan.strays.map(
      ({ kind, namespace, name }) =>
        `${kind.tpr.kind} ${namespace}/${name}: not copied, Calico reads namespace ${CALICO_NAMESPACE} only`,
    ),
    ...(options.skipInvalid ? plan.problems.map(problem => `left out: ${problemText(problem)}`) : []),
    ...plan.actions.keep.map(conflict => `kept as it is: ${conflictText(conflict)}`),
  ];
  for (const line of firstLines(notes, LOG_LINES, 'a report in --output-dir has them all')) log.warn(line);
}

/** A refusal says that nothing was written; one in the middle of the writes has to say otherwise. */
async function applyOrSay(target: CrdTarget, plan: Plan, done: Done): Promise<void> {
  try {
    await applyPlan(target, plan, done);
  } catch (error) {
    const { outcome, message, details } = failureOf(error);
    if (outcome !== 'refused') throw error;
    throw refused(
      `${message}. What is written already stays; start again when the reason is removed`,
      details,
    );
  }
}

/** What verification saw; the tolerated objects differ in what every node writes when it starts. */
function readBackText({ wanted, actions: { unchanged, tolerated } }: Plan): string {
  const all = wanted.length;
  if (unchanged.length === all) return `all ${all} objects read back and equal`;
  const others = all - unchanged.length - tolerated.length;
  return `${all} objects read back: ${unchanged.length} equal${tolerated.length > 0 ? `, ${tolerated.length} rewritten by nodes as they do` : ''}${others > 0 ? `, ${others} kept as they differ` : ''}`;
}

function showDone(run: Run, findings: Findings, rows: readonly CountsRow[]): void {
  findings.counts = countsOf(rows, 'done');
  const log = run.aside('report');
  for (const line of rowsTable(rows, ['created', 'overwritten'])) log.info(line);
}

/** Reads everything again until nothing is left to do. Throws when something differs, or does not come to rest. */
async function verify(
  options: TprToCrdOptions,
  run: Run,
  target: CrdTarget,
  planOptions: PlanOptions,
  done: Done,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (let round = 1; round <= VERIFY_ROUNDS; round += 1) {
    const log = run.stage('verify');
    const source = await readSource(target.client, options, run.signal, log);
    const plan = makePlan(source, await readExisting(target.client), { ...planOptions, onConflict: 'stop' });
    const { remaining, differences } = verdict(plan, done, kept);
    if (differences.length > 0) {
      throw different(
        `verification found ${countOf(differences.length, 'difference')} between ThirdPartyResources and CRD objects`,
        differences,
      );
    }
    if (!options.skipInvalid && plan.problems.length > 0) {
      const problems = plan.problems.map(problemText);
      throw different('an object that cannot be converted appeared during the run', problems);
    }
    if (!remaining) {
      log.info(readBackText(plan));
      return;
    }
    log.warn(`the data changed during the run: ${countOf(writeCount(remaining), 'write')} more`);
    await saveBackup(options, run, source, remaining);
    await applyOrSay({ ...target, log: run.stage('apply') }, remaining, done);
  }
  throw different(
    `ThirdPartyResources kept changing through ${VERIFY_ROUNDS} rounds: find what writes them (calicoctl, a restarting calico-node), then start again`,
  );
}
