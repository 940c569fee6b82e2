import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import { saveRecord } from '../lib/etcd/record-store.ts';
import { monotonicMs, sleep } from '../lib/run/abort.ts';
import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import { ownAccessOf, requireAccess } from '../lib/run/own-access.ts';
import { durationText } from '../lib/run/progress.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { openStores, type Stores } from '../lib/run/stores.ts';
import { countOf } from '../lib/run/table.ts';
import { keepExport } from '../lib/run/v1-export.ts';
import { checkCompleted } from './checks.ts';
import { runCleaner } from './clean.ts';
import { type Deleted, deleteDirectories, deleteKeys } from './delete.ts';
import { type Look, lookAtV1 } from './look.ts';
import type { CleanV1Options } from './options.ts';
import { changedBetween, deletableKeys, scanV1 } from './scan.ts';
import { deletedSentence, nothingSentence, plannedSentence } from './sentence.ts';

const JOB = 'etcd-cleaner-v1';

/** `etcd-cleaner v1`: saves the data of Calico 2.6 and deletes it from etcd v2. Returns the exit code. */
export function cleanV1(options: CleanV1Options, log: Log): Promise<number> {
  return runCleaner(JOB, options, log, clean);
}

async function clean(options: CleanV1Options, run: Run, findings: Findings): Promise<JobResult> {
  const log = run.stage('preflight');
  checkBackupChoice(options.backup);
  if (options.backup === 'none' && !options.dryRun) {
    throw wrongUsage(
      'etcd-cleaner v1 deletes nothing without a backup: give --backup a directory, or configmap',
    );
  }
  const access = ownAccessOf(JOB, options);
  if (access.length > 0) await requireAccess(run.client(), access);
  using stores = await openStores(options, () => log, run.signal);
  const record = checkCompleted(await readFacts(stores));
  log.info(`the migration was completed at ${record.since}, Calico 3.0 works, 2.6 is told to wait`);
  if (options.dryRun) {
    const { scan } = await lookAtV1(options, run, findings, stores, record, run.signal);
    return { ...findings, sentence: isClean(scan) ? nothingSentence(record, scan) : plannedSentence(scan) };
  }
  await using lock = await takeLock(stores.v3, log, run.signal);
  const signal = AbortSignal.any([run.signal, lock.signal]);
  const place = { v3: stores.v3, fence: lock.fence, signal };
  return await underLock({ options, run, findings, stores, signal, save: r => saveRecord(place, r) });
}

interface Work {
  readonly options: CleanV1Options;
  readonly run: Run;
  readonly findings: Findings;
  readonly stores: Stores;
  readonly signal: AbortSignal;
  /** Stores the record of the migration. */
  readonly save: (record: MigrationRecord) => Promise<unknown>;
}

async function underLock(work: Work): Promise<JobResult> {
  const { options, run, findings, stores, signal } = work;
  // Another run may have gone on until the lock was free.
  const before = checkCompleted(await readFacts(stores));
  const began = monotonicMs();
  const look = await lookAtV1(options, run, findings, stores, before, signal);
  if (isClean(look.scan)) return { ...findings, sentence: nothingSentence(before, look.scan) };
  const record = await backUp(work, before, look);
  await watch(work, look, began);
  await work.save(record);
  const deleted: Deleted = { keys: 0, directories: 0 };
  try {
    const deletion = { v2: stores.v2, log: run.stage('apply'), signal };
    await deleteKeys(deletion, look.scan, deleted);
    await deleteDirectories(deletion, look.scan, deleted);
    await verify(work, run.stage('verify'));
  } finally {
    findings.counts = { ...deleted, ofOthers: look.scan.foreign.length };
  }
  return { ...findings, sentence: deletedSentence(record, deleted, look.scan) };
}

const isClean = (scan: Look['scan']): boolean =>
  deletableKeys(scan).length === 0 && scan.directories.size === 0;

/** Saves what no earlier run has saved. Returns the record that names every backup. */
async function backUp(work: Work, record: MigrationRecord, { unsaved }: Look): Promise<MigrationRecord> {
  const { options, run, findings } = work;
  const log = run.stage('backup');
  const earlier = record.v1Backups ?? [];
  if (!unsaved) {
    log.info(`all that is left was saved by an earlier run: ${earlier.join(', ')}`);
    return record;
  }
  const { name } = await keepExport(options, run, JOB, unsaved, log);
  const v1Backups = [...earlier.filter(other => other !== name), name];
  findings.details = { ...findings.details, backups: v1Backups };
  return { ...record, v1Backups };
}

/** Throws a refusal where v1 changes although nobody should work with it; nothing was deleted then. */
async function watch(work: Work, { scan }: Look, began: number): Promise<void> {
  const { options, run, stores, signal } = work;
  const leftMs = options.watchSeconds * 1000 - (monotonicMs() - began);
  if (leftMs > 0) {
    run.aside('backup').info(`watching v1 for ${durationText(leftMs)}: nothing must write to it any more`);
    await sleep(leftMs, signal);
  }
  const changed = changedBetween(scan, await scanV1(stores.v2, signal));
  checkCompleted(await readFacts(stores));
  if (changed.length === 0) return;
  throw refused(
    `nothing was deleted: ${countOf(changed.length, 'key')} of v1 changed just now, so that a component of Calico 2.6 is still at work. Stop it (see which node writes the keys), then start again`,
    changed,
  );
}

async function verify({ stores, signal }: Work, log: Log): Promise<void> {
  const left = deletableKeys(await scanV1(stores.v2, signal));
  if (left.length > 0) {
    throw refused(
      `${countOf(left.length, 'key')} of v1 appeared while the others were deleted, and stay: a component of Calico 2.6 is still at work. Stop it, then start again`,
      left.map(key => `${key}: created after the backup, left`),
    );
  }
  log.info('no key of Calico 2.6 is left but Ready');
}
