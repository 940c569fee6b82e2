import { exportWriter } from '../../lib/etcd/v2-export.ts';
import type { BackupFiles } from '../../lib/run/backup.ts';
import { etcdFailure } from '../../lib/run/etcd-failure.ts';
import { different, refused } from '../../lib/run/failure.ts';
import type { Log } from '../../lib/run/log.ts';
import { READY_KEY } from '../../lib/run/migration-facts.ts';
import { ownAccessOf, requireAccess } from '../../lib/run/own-access.ts';
import type { Findings, JobResult, Run } from '../../lib/run/run-job.ts';
import { openV2 } from '../../lib/run/stores.ts';
import { countOf, firstLines } from '../../lib/run/table.ts';
import { keepExport } from '../../lib/run/v1-export.ts';
import { besideOf } from '../backup.ts';
import type { RestoreOptions } from '../options.ts';
import { applyV1, type V1Done } from './apply.ts';
import { planV1, type V1Plan } from './plan.ts';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

const WHERE = 'the report has them all';

/** Puts the keys of a backup into etcd v2 again. Ready is only made where it is missing, and as the last key. */
export async function restoreV1(
  options: RestoreOptions,
  run: Run,
  findings: Findings,
  files: BackupFiles,
): Promise<JobResult> {
  try {
    return await putKeysBack(options, run, findings, files);
  } catch (error) {
    throw etcdFailure(error);
  }
}

async function putKeysBack(
  options: RestoreOptions,
  run: Run,
  findings: Findings,
  files: BackupFiles,
): Promise<JobResult> {
  const { signal } = run;
  const preflight = run.stage('preflight');
  const access = ownAccessOf('restore', options);
  if (access.length > 0) await requireAccess(run.client(), access);
  using v2 = await openV2(options, () => preflight, signal);
  const plan = await planV1(files, v2, signal);
  show(options, run.stage('plan'), findings, plan);
  const planned = plannedText(plan);
  if (options.dryRun) return { ...findings, sentence: `dry run: ${planned}` };
  const overwrite = options.onConflict === 'overwrite';
  if (overwrite) await saveOverwritten(options, run, plan);
  const done: V1Done = { created: 0, overwritten: 0 };
  try {
    await applyV1({ v2, log: run.stage('apply'), signal }, files, plan, overwrite, done);
    const after = await planV1(files, v2, signal);
    verify(options, run.stage('verify'), after);
    return { ...findings, sentence: doneSentence(options, plan, done, after.ready) };
  } finally {
    findings.counts = { ...done, different: plan.differ.size, unchanged: plan.unchanged };
  }
}

/** Shows the plan. Throws a refusal where a person has to decide; nothing is written then. */
function show(options: RestoreOptions, log: Log, findings: Findings, plan: V1Plan): void {
  const conflicts = [...plan.differ.keys()].map(key => `${key}: differs from the backup`);
  const { create, differ, unchanged, extra, blocked } = plan;
  findings.counts = { toCreate: create.size, different: differ.size, unchanged, notInBackup: extra.length };
  findings.details = { backup: options.backup, conflicts, blocked, notInBackup: extra };
  log.info(plannedText(plan));
  for (const line of firstLines(extra, LOG_LINES, WHERE)) {
    log.warn(`${line}: not in the backup, and left as it is`);
  }
  if (blocked.length > 0) {
    throw refused('nothing was written: these keys of etcd v2 stand in the way. Delete them first', blocked);
  }
  if (conflicts.length > 0 && options.onConflict === 'stop') {
    throw refused(
      `nothing was written: ${countOf(conflicts.length, 'key')} of etcd v2 differ from the backup (decide with --on-conflict keep or overwrite)`,
      conflicts,
    );
  }
  const verb = options.onConflict === 'keep' ? 'kept as it is' : 'to be overwritten';
  for (const line of firstLines(conflicts, LOG_LINES, WHERE)) log.warn(`${verb}: ${line}`);
}

async function saveOverwritten(options: RestoreOptions, run: Run, { differ }: V1Plan): Promise<void> {
  if (differ.size === 0) return;
  const writer = exportWriter();
  for (const [key, value] of differ) writer.add({ key, value });
  const where = besideOf(options.backup);
  await keepExport(options, run, 'restore', writer.files(), run.stage('backup'), where);
}

function verify(options: RestoreOptions, log: Log, { create, differ }: V1Plan): void {
  const wrong = [
    ...[...create].map(key => `${key}: missing`),
    ...(options.onConflict === 'keep'
      ? []
      : [...differ.keys()].map(key => `${key}: differs from the backup`)),
  ];
  if (wrong.length > 0) throw different(`${countOf(wrong.length, 'key')} not as in the backup`, wrong);
  log.info('all read back and equal');
}

const plannedText = ({ create, differ, unchanged }: V1Plan): string =>
  `${countOf(create.size, 'key')} of etcd v2 to create, ${differ.size} different, ${unchanged} unchanged`;

function doneSentence(
  { backup, onConflict }: RestoreOptions,
  { differ, unchanged }: V1Plan,
  { created, overwritten }: V1Done,
  ready: string | undefined,
): string {
  const parts = [
    `${countOf(created, 'key')} created in etcd v2`,
    ...(overwritten > 0 ? [`${overwritten} overwritten`] : []),
    ...(onConflict === 'keep' && differ.size > 0 ? [`${differ.size} that differ kept as they were`] : []),
    `${unchanged} there already`,
  ];
  const waits =
    ready === 'false' ? `. ${READY_KEY} is false: to let Calico 2.6 go on, etcd-v2-to-v3 abort` : '';
  return `restored and verified from ${backup}: ${parts.join(', ')}${waits}`;
}
