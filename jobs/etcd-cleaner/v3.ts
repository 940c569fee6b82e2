import { readLedger } from '../lib/etcd/ledger.ts';
import { removeWritten } from '../lib/etcd/ledger-removal.ts';
import { inPhase, OWN_PREFIX } from '../lib/etcd/migration-record.ts';
import { removeRecord, saveRecord } from '../lib/etcd/record-store.ts';
import type { Log } from '../lib/run/log.ts';
import { readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import { ownAccessOf, requireAccess } from '../lib/run/own-access.ts';
import { startProgress } from '../lib/run/progress.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { openStores, type Stores } from '../lib/run/stores.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import { checkPartial } from './checks.ts';
import { runCleaner } from './clean.ts';
import type { CleanV3Options } from './options.ts';

const JOB = 'etcd-cleaner-v3';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

/** `etcd-cleaner v3`: deletes what an unfinished migration wrote to etcd v3. Returns the exit code. */
export function cleanV3(options: CleanV3Options, log: Log): Promise<number> {
  return runCleaner(JOB, { ...options, backup: 'none' }, log, clean);
}

async function clean(options: CleanV3Options, run: Run, findings: Findings): Promise<JobResult> {
  const log = run.stage('preflight');
  const access = ownAccessOf(JOB, options);
  if (access.length > 0) await requireAccess(run.client(), access);
  using stores = await openStores(options, () => log, run.signal);
  const facts = await readFacts(stores);
  checkPartial(facts);
  const written = await readLedger(stores.v3.connection, OWN_PREFIX, run.signal);
  if (!facts.record && written.size === 0) {
    return {
      ...findings,
      sentence: 'nothing to delete: etcd v3 has nothing that a migration of this program wrote',
    };
  }
  const what = `${countOf(written.size, 'key')} that the migration wrote`;
  run.stage('plan').info(`${what} and its record`);
  findings.counts = { keys: written.size };
  if (options.dryRun)
    return { ...findings, sentence: `${what} and its record would be deleted from etcd v3` };
  return await remove(run, findings, stores);
}

async function remove(run: Run, findings: Findings, stores: Stores): Promise<JobResult> {
  const { v3 } = stores;
  await using lock = await takeLock(v3, run.aside('plan'), run.signal);
  const signal = AbortSignal.any([run.signal, lock.signal]);
  const place = { v3, fence: lock.fence, signal };
  // Another run may have gone on until the lock was free.
  const facts = await readFacts(stores);
  checkPartial(facts);
  const log = run.stage('apply');
  // From here on nothing but the rest of this may happen to what is left.
  if (facts.record) await saveRecord(place, inPhase(facts.record, 'aborting', new Date()));
  const written = await readLedger(v3.connection, OWN_PREFIX, signal);
  const progress = startProgress(log, 'keys taken out of etcd v3', written.size);
  const onProgress = (): void => progress.add();
  const removal = { prefix: OWN_PREFIX, fence: lock.fence, signal, onProgress };
  const { deleted, restored, left } = await removeWritten(v3.connection, removal);
  await removeRecord(place);
  const lines = left.map(({ key }) => `${key}: left as it is, somebody else changed it since`);
  for (const line of firstLines(lines, LOG_LINES, 'the report has them all')) log.warn(line);
  findings.counts = { deleted, restored, left: left.length };
  findings.details = { left: lines };
  const back = restored > 0 ? `, ${restored} put back as they were before` : '';
  const others = left.length > 0 ? `, ${left.length} left as others changed them` : '';
  return {
    ...findings,
    sentence: `${countOf(deleted, 'key')} deleted from etcd v3${back}${others}; etcd v2 was not touched. To begin anew: etcd-v2-to-v3 start`,
  };
}
