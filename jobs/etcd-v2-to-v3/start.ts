import type { Log } from '../lib/run/log.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { dryRun } from './dry-run.ts';
import { etcdFailure } from './etcd-failure.ts';
import { checkFacts, readFacts } from './facts.ts';
import { migrate } from './migrate.ts';
import type { StartOptions } from './options.ts';
import { clearReports, reportDirectory } from './report-directory.ts';
import { openStores } from './stores.ts';

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
  if (options.outputDir !== undefined) await clearReports(options.outputDir);
  using stores = await openStores(options, () => log, run.signal);
  const facts = await readFacts(stores);
  checkFacts(facts);
  log.info(`Calico ${facts.version}, Ready ${facts.ready}`);
  if (facts.record) log.info(`goes on with the migration that was begun at ${facts.record.startedAt}`);
  return options.dryRun
    ? await dryRun(options, run, findings, stores, facts)
    : await migrate(options, run, findings, stores);
}
