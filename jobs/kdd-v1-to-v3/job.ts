import { KINDS_OF_3_0 } from '../lib/calico/crd-kinds.ts';
import { kddConflictText } from '../lib/calico/kdd/existing.ts';
import { isOldPolicy } from '../lib/calico/kdd/policy-order.ts';
import { wantedKey } from '../lib/calico/kdd/wanted.ts';
import { problemText } from '../lib/calico/problem.ts';
import { failureOf } from '../lib/kubernetes/failures.ts';
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
import { checkCalico, isAllOn3 } from './checks.ts';
import type { KddOptions } from './options.ts';
import { makePlan, type Plan, type PlanOptions, writeCount } from './plan.ts';
import { checkServer } from './preflight.ts';
import { refusalOf } from './refusal.ts';
import { doneSentence, plannedSentence } from './sentence.ts';
import { readState } from './source.ts';
import { type CountsRow, countsOf, doneRows, planDetails, planRows, rowsTable, totals } from './summary.ts';
import { verdict } from './verify.ts';

/** How often changes that somebody makes during the run are followed before it is called a moving target. */
const VERIFY_ROUNDS = 5;

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

/** Moves the configuration of a Kubernetes datastore from 2.6's CRDs to 3.0's resources. Returns the exit code. */
export function kddV1ToV3(options: KddOptions, log: Log): Promise<number> {
  return runJob('kdd-v1-to-v3', options, log, (run, findings) => migrate(options, run, findings));
}

async function migrate(options: KddOptions, run: Run, findings: Findings): Promise<JobResult> {
  checkBackupChoice(options.backup);
  const client = run.client();
  const preflight = run.stage('preflight');
  const api = await checkServer(client, options, preflight);
  const [install, state, undefinedKinds] = await Promise.all([
    readInstall(client, api.daemonSets),
    readState(client),
    checkDefinitions(client, api.crds, KINDS_OF_3_0),
  ]);
  judge(checkCalico(install, state.source.felix), options.force, preflight);

  const planOptions = { onConflict: options.onConflict, allOn3: isAllOn3(install), undefinedKinds };
  const plan = makePlan(state, planOptions);
  const planned = planRows(state.source, plan);
  findings.counts = countsOf(planned, 'planned');
  findings.details = planDetails(plan);
  showPlan(run.stage('plan'), planned, plan, options);
  const refusal = refusalOf(plan, options.skipInvalid);
  if (refusal) throw refusal;
  if (options.dryRun) return { ...findings, sentence: plannedSentence(totals(planned, 'planned'), plan) };

  const done: Done = new Map();
  try {
    await saveBackup(options, run, state.source, plan);
    const target: CrdTarget = { client, crdApi: api.crds, log: run.stage('apply'), signal: run.signal };
    await applyOrSay(target, plan, done);
    await verify(options, run, target, planOptions, done, plan);
  } catch (error) {
    showDone(run, findings, doneRows(state.source, plan, done));
    throw error;
  }
  const rows = doneRows(state.source, plan, done);
  showDone(run, findings, rows);
  const policiesLeft = planOptions.allOn3 ? 0 : state.source.policies.filter(isOldPolicy).length;
  return { ...findings, sentence: doneSentence(totals(rows, 'done'), plan, policiesLeft) };
}

function showPlan(log: Log, rows: readonly CountsRow[], plan: Plan, options: KddOptions): void {
  for (const line of rowsTable(rows, ['to create', 'to overwrite'])) log.info(line);
  const notes = [
    ...plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    ...(options.skipInvalid ? plan.problems.map(problem => `left out: ${problemText(problem)}`) : []),
    ...plan.actions.keep.map(conflict => `kept as it is: ${kddConflictText(conflict)}`),
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

function showDone(run: Run, findings: Findings, rows: readonly CountsRow[]): void {
  findings.counts = countsOf(rows, 'done');
  const log = run.aside('report');
  for (const line of rowsTable(rows, ['created', 'overwritten'])) log.info(line);
}

/** Reads everything again until nothing is left to do. Throws when something differs, or does not come to rest. */
async function verify(
  options: KddOptions,
  run: Run,
  target: CrdTarget,
  planOptions: PlanOptions,
  done: Done,
  { actions }: Plan,
): Promise<void> {
  const kept = new Set(actions.keep.map(({ wanted }) => wantedKey(wanted)));
  for (let round = 1; round <= VERIFY_ROUNDS; round += 1) {
    const log = run.stage('verify');
    const state = await readState(target.client);
    const undefinedKinds = await checkDefinitions(target.client, target.crdApi, KINDS_OF_3_0);
    const planWith = (onConflict: PlanOptions['onConflict']): Plan =>
      makePlan(state, { ...planOptions, undefinedKinds, onConflict });
    const plan = planWith('stop');
    const { remaining, differences } = verdict(plan, planWith('overwrite'), done, kept);
    throwIfWrong(options, plan, differences);
    if (!remaining) {
      log.info(readBackText(plan, kept.size));
      return;
    }
    log.warn(`the data changed during the run: ${countOf(writeCount(remaining), 'write')} more`);
    await saveBackup(options, run, state.source, remaining);
    await applyOrSay({ ...target, log: run.stage('apply') }, remaining, done);
  }
  throw different(
    `the configuration kept changing through ${VERIFY_ROUNDS} rounds: find what writes it (calicoctl, a restarting calico-node), then start again`,
  );
}

function throwIfWrong(options: KddOptions, plan: Plan, differences: readonly string[]): void {
  if (differences.length > 0) {
    const found = countOf(differences.length, 'difference');
    throw different(`verification found ${found} between the configuration of 2.6 and of 3.0`, differences);
  }
  if (!options.skipInvalid && plan.problems.length > 0) {
    const problems = plan.problems.map(problemText);
    throw different('an object that cannot be converted appeared during the run', problems);
  }
}

/** What verification saw; the tolerated objects differ in what every node writes when it starts. */
function readBackText({ wanted, actions: { unchanged, tolerated } }: Plan, kept: number): string {
  if (unchanged.length === wanted.length) return `all ${wanted.length} objects read back and equal`;
  const byNodes = tolerated.length > 0 ? `, ${tolerated.length} rewritten by nodes as they do` : '';
  return `${wanted.length} objects read back: ${unchanged.length} equal${byNodes}${kept > 0 ? `, ${kept} kept as they differ` : ''}`;
}
