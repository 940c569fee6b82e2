import type { CalicoInstall } from '../lib/calico/calico-install.ts';
import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { tprBackup } from '../lib/calico/tpr-backup.ts';
import { CALICO_NAMESPACE } from '../lib/calico/tpr-kinds.ts';
import { isEmpty, type TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { backupStore } from '../lib/run/backup-choice.ts';
import { different, refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { firstLines } from '../lib/run/table.ts';
import { applyPlan, type Target, type Written } from './apply.ts';
import { checkCalico } from './checks.ts';
import type { TprToCrdOptions } from './options.ts';
import { makePlan, type Plan, type PlanOptions, writeCount } from './plan.ts';
import { checkServer, judge, readInstall } from './preflight.ts';
import { readExisting, readSource } from './source.ts';
import { countsTable, planCounts, planDetails, totals } from './summary.ts';
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
  const { signal } = run;
  const client = run.client();
  const preflight = run.stage('preflight');
  const api = await checkServer(client, options, preflight);
  const [install, source, existing] = await Promise.all([
    readInstall(client, api),
    readSource(client, options, signal),
    readExisting(client),
  ]);
  judge(checkCalico(install, configsOf(source)), options.force, preflight);

  const planOptions = planOptionsOf(options, install);
  const plan = makePlan(source, existing, planOptions);
  const counts = planCounts(source, plan);
  findings.counts = totals(counts, plan);
  findings.details = planDetails(counts, plan);
  showPlan(run.stage('plan'), counts, plan);
  refuseUnlessClean(plan, options);
  if (options.dryRun) return { ...findings, sentence: `dry run: ${planSentence(plan)}` };

  const target: Target = { client, crdApi: api.crds, log: run.stage('apply'), signal };
  const written: Written = new Map();
  const backup = await saveBackup(options, run, source, plan);
  if (backup) findings.details = { ...findings.details, backup };
  run.stage('apply');
  await applyPlan(target, plan, written);
  const kept = new Set(plan.actions.keep.map(conflictKey));
  await verify(options, run, target, planOptions, written, kept);
  return { ...findings, sentence: doneSentence(findings.counts, plan) };
}

function configsOf(source: TprSnapshot) {
  const configs = source.instances.get('global-config.projectcalico.org') ?? [];
  return configs.filter(({ metadata }) => metadata.namespace === CALICO_NAMESPACE);
}

function planOptionsOf(options: TprToCrdOptions, install: CalicoInstall): PlanOptions {
  const { targetVersion, onConflict } = options;
  return { targetVersion, onConflict, defaultPools: install.defaultPools };
}

function showPlan(log: Log, counts: ReturnType<typeof planCounts>, plan: Plan): void {
  for (const line of countsTable(counts, ['to create', 'to overwrite'])) log.info(line);
  const where = 'the report has them all';
  const notes = [
    ...plan.notes.map(({ object, reason }) => `${object}: ${reason}`),
    ...plan.strays.map(
      ({ kind, namespace, name }) =>
        `${kind.tpr.kind} ${namespace}/${name}: not copied, Calico reads namespace ${CALICO_NAMESPACE} only`,
    ),
    ...plan.actions.keep.map(conflict => `kept as it is: ${conflictText(conflict)}`),
  ];
  for (const line of firstLines(notes, LOG_LINES, where)) log.warn(line);
}

/** Throws a refusal with every object that cannot be converted and every conflict, so that one look is enough. */
function refuseUnlessClean(plan: Plan, options: TprToCrdOptions): void {
  const invalid = options.skipInvalid ? [] : plan.problems;
  const { conflicts } = plan.actions;
  const reasons = [
    ...(invalid.length > 0
      ? [
          `${countOf(new Set(invalid.map(({ object }) => object)).size, 'object')} cannot be converted (repair them, or leave them out with --skip-invalid)`,
        ]
      : []),
    ...(conflicts.length > 0
      ? [
          `${countOf(conflicts.length, 'CRD object')} differ from what would be written (decide with --on-conflict keep or overwrite)`,
        ]
      : []),
  ];
  if (reasons.length === 0) return;
  const details = [...invalid.map(problemText), ...conflicts.map(conflictText)];
  throw refused(`nothing was written: ${reasons.join('; ')}`, details);
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Before the first write, and only if something is going to be written and there is something to keep. */
async function saveBackup(
  options: TprToCrdOptions,
  run: Run,
  source: TprSnapshot,
  plan: Plan,
): Promise<string | undefined> {
  const log = run.stage('backup');
  if (writeCount(plan) === 0 || isEmpty(source)) {
    log.info('no backup needed: no object is going to be written');
    return undefined;
  }
  if (options.backup === 'none') {
    log.warn('no backup: --backup none');
    return undefined;
  }
  const overwritten = plan.actions.update.map(({ existing }) => existing);
  const { files, leftOut } = tprBackup(source, overwritten);
  for (const line of leftOut) log.warn(`${line}; it is in the raw files of the backup`);
  const store = backupStore(options.backup, () => run.client(), options.namespace);
  const name = await store.save(files);
  const place = options.backup === 'configmap' ? `ConfigMap ${options.namespace}/${name}` : name;
  log.info(`saved and read back: ${place} (${countOf(files.size, 'file')})`);
  return place;
}

/** Reads everything again until nothing is left to do. Throws when something differs, or does not come to rest. */
async function verify(
  options: TprToCrdOptions,
  run: Run,
  target: Target,
  planOptions: PlanOptions,
  written: Written,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (let round = 1; round <= VERIFY_ROUNDS; round += 1) {
    const log = run.stage('verify');
    const source = await readSource(target.client, options, run.signal);
    const plan = makePlan(source, await readExisting(target.client), { ...planOptions, onConflict: 'stop' });
    const { remaining, differences } = verdict(plan, written, kept);
    if (differences.length > 0) {
      throw different(
        `verification found ${countOf(differences.length, 'difference')} between ThirdPartyResources and CRD objects`,
        differences,
      );
    }
    if (!options.skipInvalid && plan.problems.length > 0) {
      throw different(
        'an object that cannot be converted appeared during the run',
        plan.problems.map(problemText),
      );
    }
    if (!remaining) {
      log.info(`all ${plan.wanted.length} objects read back and equal`);
      return;
    }
    log.warn(`the data changed during the run: ${countOf(writeCount(remaining), 'write')} more`);
    await applyPlan({ ...target, log: run.stage('apply') }, remaining, written);
  }
  throw different(
    `ThirdPartyResources kept changing through ${VERIFY_ROUNDS} rounds: find what writes them (calicoctl, a restarting calico-node), then start again`,
  );
}

function planSentence(plan: Plan): string {
  const { create, update, unchanged, tolerated } = plan.actions;
  const nodes = plan.nodePeers.length > 0 ? `, ${countOf(plan.nodePeers.length, 'node')} to change` : '';
  return `${create.length} to create, ${update.length} to overwrite, ${unchanged.length + tolerated.length} unchanged${nodes}`;
}

function doneSentence(counts: Findings['counts'], plan: Plan): string {
  const { found = 0, created, overwritten, unchanged } = counts;
  const nodes =
    plan.nodePeers.length > 0 ? `, IPv6 peers of ${countOf(plan.nodePeers.length, 'node')} renamed` : '';
  if (found === 0 && nodes === '') {
    const strays =
      plan.strays.length > 0 ? ` (${plan.strays.length} in other namespaces are not Calico's)` : '';
    return `nothing to migrate: no ThirdPartyResource object in ${CALICO_NAMESPACE}${strays}; the CustomResourceDefinitions of Calico 2.5 are in place`;
  }
  const kept =
    plan.actions.keep.length > 0 ? `, ${plan.actions.keep.length} that differ kept as they were` : '';
  const skipped = plan.problems.length > 0 ? `, ${counts.invalid} invalid left out` : '';
  const whole = kept || skipped ? 'every other object' : 'every object';
  return `copied and verified: ${created} created, ${overwritten} overwritten, ${unchanged} unchanged${nodes}${kept}${skipped}; ${whole} has its copy for Calico 2.5`;
}
