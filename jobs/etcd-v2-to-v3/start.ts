import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { etcdFailure } from '../lib/run/etcd-failure.ts';
import type { Log } from '../lib/run/log.ts';
import { readFacts } from '../lib/run/migration-facts.ts';
import { reportDirectory } from '../lib/run/report-directory.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { openStores } from '../lib/run/stores.ts';
import { dryRun } from './dry-run.ts';
import { checkFacts } from './facts.ts';
import { migrate } from './migrate.ts';
import type { StartOptions } from './options.ts';
import { clearReports } from './report-directory.ts';

/** `dry-run` and `start`. Returns the exit code. */
export function start(given: StartOptions, log: Log): Promise<number> {
  const outputDir = reportDirectory(given.outputDir, process.env);
  const options = outputDir === undefined ? given : { ...given, outputDir };
  return runJob('etcd-v2-to-v3', options, log, (run, findings) =>
    begin(options, run, findings).catch((error: unknown) => {
      throw etcdFailure(error);
    }),
  );
}

async function begin(options: StartOptions, run: Run, findings: Findings): Promise<JobResult> {
  const log = run.stage('preflight');
  checkBackupChoice(options.backup);
  if (options.outputDir !== undefined) await clearReports(options.outputDir);
  using stores = await openStores(options, () => log, run.signal);
  const facts = await readFacts(stores);
  checkFacts(facts);
  log.info(`Calico ${facts.version}, Ready ${facts.ready}`);
  if (facts.record) log.info(`goes on with the migration that was begun at ${facts.record.startedAt}`);
  return options.dryRun
    ? await dryRun(options, run, findings, stores, facts)
    : await migrate(options, run, findings, stores, facts);
}
