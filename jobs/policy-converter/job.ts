import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import type { Log } from '../lib/run/log.ts';
import { runJob } from '../lib/run/run-job.ts';
import { convert } from './convert.ts';
import type { PolicyConverterOptions } from './options.ts';
import { revert } from './revert.ts';

/** Converts NetworkPolicies so that they do under v1 semantics what they do now, or undoes that. Returns the exit code. */
export function policyConverter(options: PolicyConverterOptions, log: Log): Promise<number> {
  return runJob('policy-converter', options, log, (run, findings) => {
    checkBackupChoice(options.backup);
    return options.revert ? revert(options, run, findings) : convert(options, run, findings);
  });
}
