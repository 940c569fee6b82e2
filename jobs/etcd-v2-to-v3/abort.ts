import { readLedger } from '../lib/etcd/ledger.ts';
import { removeWritten } from '../lib/etcd/ledger-removal.ts';
import type { Lock } from '../lib/etcd/lock.ts';
import { inPhase, OWN_PREFIX } from '../lib/etcd/migration-record.ts';
import { removeRecord, saveRecord } from '../lib/etcd/record-store.ts';
import { etcdFailure } from '../lib/run/etcd-failure.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Facts, readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import { startProgress } from '../lib/run/progress.ts';
import { reportDirectory } from '../lib/run/report-directory.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { openStores, type Stores } from '../lib/run/stores.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import type { AbortOptions } from './options.ts';
import { resume } from './ready.ts';
import { setV3Ready } from './set-v3-ready.ts';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

/** Lets Calico 2.6 go on, and removes from etcd v3 what the migration wrote. Returns the exit code. */
export function abort(given: AbortOptions, log: Log): Promise<number> {
  const outputDir = reportDirectory(given.outputDir, process.env);
  const options = outputDir === undefined ? given : { ...given, outputDir };
  return runJob('etcd-v2-to-v3-abort', options, log, (run, findings) =>
    goBack(options, run, findings).catch((error: unknown) => {
      throw etcdFailure(error);
    }),
  );
}

async function goBack(options: AbortOptions, run: Run, findings: Findings): Promise<JobResult> {
  const preflight = run.stage('preflight');
  using stores = await openStores(options, () => preflight, run.signal);
  const facts = await readFacts(stores);
  checkPhase(facts, options.afterComplete);
  const plan = run.stage('plan');
  if (!facts.record && facts.ready !== 'false') {
    return {
      ...findings,
      sentence: 'nothing to abort: etcd v3 has no migration of this program, and Calico 2.6 is not paused',
    };
  }
  const written = await readLedger(stores.v3.connection, OWN_PREFIX, run.signal);
  const what = describe(facts, written.size);
  plan.info(what);
  if (options.dryRun) return { ...findings, sentence: `dry run: ${what}` };
  await using lock = await takeLock(stores.v3, plan, run.signal);
  // Another run may have gone on until the lock was free.
  const now = await readFacts(stores);
  checkPhase(now, options.afterComplete);
  if (now.record?.phase === 'completed') return await leaveV3(run, findings, stores, lock, now);
  return await undo(run, findings, stores, lock, now);
}

function checkPhase({ record, version }: Facts, afterComplete: boolean): void {
  if (record?.phase !== 'completed') return;
  // etcd-cleaner deletes the version first, and restore writes it last: with it, the rest is there, too.
  if (record.v1Backups !== undefined && version === undefined) {
    const back = record.v1Backups.map(name => `restore --backup ${name}`).join(', then ');
    throw refused(
      `etcd v2 does not have the data of Calico 2.6 any more: etcd-cleaner deleted it. Bring it back first: ${back}`,
    );
  }
  if (afterComplete) return;
  throw refused(
    `the migration was completed at ${record.since}: Calico 3.0 works on the data in etcd v3, and pods that were made since are known there only. To go back all the same: etcd-v2-to-v3 abort --after-complete, then put the nodes back to 2.6`,
  );
}

function describe({ record, ready }: Facts, written: number): string {
  const first = ready === 'false' ? 'Calico 2.6 is let go on' : 'Calico 2.6 works already';
  if (record?.phase === 'completed')
    return `Calico 3.0 is told to wait, ${first}; the data in etcd v3 is left`;
  return `${first}, ${countOf(written, 'key')} that the migration wrote are taken out of etcd v3`;
}

/** Calico 2.6 first: it is what the cluster waits for. */
async function undo(
  run: Run,
  findings: Findings,
  stores: Stores,
  lock: Lock,
  { record, ready }: Facts,
): Promise<JobResult> {
  const { v2, v3 } = stores;
  const { fence } = lock;
  const signal = AbortSignal.any([run.signal, lock.signal]);
  const log = run.stage('apply');
  if (record) await saveRecord({ v3, fence, signal }, inPhase(record, 'aborting', new Date()));
  if (ready === 'false') {
    await resume(v2, signal);
    log.info('Calico 2.6 works again');
  }
  const written = await readLedger(v3.connection, OWN_PREFIX, signal);
  const progress = startProgress(log, 'keys taken out of etcd v3', written.size);
  const onProgress = (): void => progress.add();
  const { deleted, restored, left } = await removeWritten(v3.connection, {
    prefix: OWN_PREFIX,
    fence,
    signal,
    onProgress,
  });
  await removeRecord({ v3, fence, signal });
  const lines = left.map(({ key }) => `${key}: left as it is, somebody else changed it since`);
  for (const line of firstLines(lines, LOG_LINES, 'the report has them all')) log.warn(line);
  findings.counts = { deleted, restored, left: left.length };
  findings.details = { left: lines };
  return { ...findings, sentence: undoneSentence(deleted, restored, left.length) };
}

function undoneSentence(deleted: number, restored: number, left: number): string {
  const back = restored > 0 ? `, ${restored} put back as they were before` : '';
  const others = left > 0 ? `, ${left} left as others changed them` : '';
  return `aborted: Calico 2.6 works; ${countOf(deleted, 'key')} deleted from etcd v3${back}${others}. To begin anew: etcd-v2-to-v3 start`;
}

/** Calico 3.0 is told to wait before 2.6 is let go on: at no time do both work. */
async function leaveV3(
  run: Run,
  findings: Findings,
  stores: Stores,
  lock: Lock,
  { record }: Facts,
): Promise<JobResult> {
  const log = run.stage('apply');
  const signal = AbortSignal.any([run.signal, lock.signal]);
  const place = { v3: stores.v3, fence: lock.fence, signal };
  await setV3Ready(place, false);
  log.info('Calico 3.0 waits');
  await resume(stores.v2, signal);
  log.info('Calico 2.6 works again');
  if (record) await saveRecord(place, inPhase(record, 'copying', new Date(), { pausedAt: undefined }));
  return {
    ...findings,
    sentence:
      'gone back: Calico 3.0 waits, Calico 2.6 works on its data as it was; pods that were made on 3.0 must be made anew. Put every node back to 2.6, then remove the data in etcd v3 with: etcd-v2-to-v3 abort',
  };
}
