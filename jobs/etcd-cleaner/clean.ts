import { etcdFailure } from '../lib/run/etcd-failure.ts';
import type { Log } from '../lib/run/log.ts';
import { runEtcdJob } from '../lib/run/run-etcd-job.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import type { CleanV3Options } from './options.ts';

/** Deletes, or plans only where the options say `dryRun`. */
export type Clean<O> = (options: O, run: Run, findings: Findings) => Promise<JobResult>;

/**
 * Runs a cleaner. Without `--confirm` it is a look that changes nothing, and a refusal is part of what there is to see:
 * exit code 0 (job contract). `--dry-run --confirm` answers as the real run would. Returns the exit code.
 */
export function runCleaner<O extends CleanV3Options>(
  job: string,
  given: O,
  log: Log,
  clean: Clean<O>,
): Promise<number> {
  const withDryRun = { ...given, dryRun: given.dryRun || !given.confirm };
  return runEtcdJob(job, withDryRun, log, async (options, run, findings) => {
    try {
      const result = await clean(options, run, findings);
      const hint = given.confirm ? '' : '. To delete: --confirm';
      return options.dryRun ? { ...result, sentence: `${result.sentence}${hint}` } : result;
    } catch (error) {
      const failure = etcdFailure(error);
      if (given.confirm || failure.outcome !== 'refused') throw failure;
      for (const line of failure.details) run.aside('plan').warn(line);
      return { ...findings, sentence: `nothing would be deleted: ${failure.message}` };
    }
  });
}
