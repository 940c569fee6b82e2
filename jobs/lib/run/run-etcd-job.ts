import { etcdFailure } from './etcd-failure.ts';
import type { StoreOptions } from './etcd-store-options.ts';
import type { Log } from './log.ts';
import { reportDirectory } from './report-directory.ts';
import { type Findings, type JobResult, type Run, runJob } from './run-job.ts';

/**
 * Runs a job on Calico's data in etcd, as `runJob` does: with calico-upgrade's directory for the report where there is no
 * pod, and with what etcd refuses until a person has done something as a refusal. Returns the exit code.
 */
export function runEtcdJob<O extends StoreOptions>(
  job: string,
  given: O,
  log: Log,
  body: (options: O, run: Run, findings: Findings) => Promise<JobResult>,
): Promise<number> {
  const outputDir = reportDirectory(given.outputDir, process.env);
  const options = outputDir === undefined ? given : { ...given, outputDir };
  return runJob(job, options, log, (run, findings) =>
    body(options, run, findings).catch((error: unknown) => {
      throw etcdFailure(error);
    }),
  );
}
