import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import type { Log } from '../lib/run/log.ts';
import { pausedByUs, readFacts } from '../lib/run/migration-facts.ts';
import { runEtcdJob } from '../lib/run/run-etcd-job.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { openStores } from '../lib/run/stores.ts';
import { dryRun } from './dry-run.ts';
import { checkFacts } from './facts.ts';
import { migrate } from './migrate.ts';
import type { StartOptions } from './options.ts';
import { clearReports } from './report-directory.ts';
import { checkRights } from './rights.ts';
import { checkMayVerify } from './verify.ts';

/** `dry-run` and `start`. Returns the exit code. */
export function start(given: StartOptions, log: Log): Promise<number> {
  return runEtcdJob('etcd-v2-to-v3', given, log, begin);
}

async function begin(options: StartOptions, run: Run, findings: Findings): Promise<JobResult> {
  const log = run.stage('preflight');
  checkBackupChoice(options.backup);
  if (options.outputDir !== undefined) await clearReports(options.outputDir);
  using stores = await openStores(options, () => log, run.signal);
  const facts = await readFacts(stores);
  // Where Calico is paused because of us, a refusal has to let it go on: that is done under the lock.
  const isPaused = pausedByUs(facts.record) && facts.ready === 'false';
  if (options.dryRun || !isPaused) {
    checkFacts(facts);
    await checkRights('etcd-v2-to-v3', options, log);
    await checkMayVerify(stores, run.signal);
  }
  log.info(`Calico ${facts.version}, Ready ${facts.ready}`);
  if (facts.record) log.info(`goes on with the migration that was begun at ${facts.record.startedAt}`);
  return options.dryRun
    ? await dryRun(options, run, findings, stores, facts)
    : await migrate(options, run, findings, stores, facts);
}
