import { type Access, accessText, missingAccess } from '../kubernetes/access.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { bad, good, judge } from './checks.ts';
import type { Log } from './log.ts';
import { missingText } from './own-access.ts';

/**
 * Asks for the rights of a job, by `access`, which is told whether it is a dry run. Throws a refusal (check
 * `permissions`, unless forced) that names every right which this run needs and we do not have; those that only the run
 * after a dry run needs are a warning.
 */
export async function judgeRights(
  client: KubeClient,
  access: (dryRun: boolean) => readonly Access[],
  { dryRun, force }: { readonly dryRun: boolean; readonly force: readonly string[] },
  log: Log,
): Promise<void> {
  const missing = (await missingAccess(client, access(false))).map(accessText);
  const needed = new Set(access(dryRun).map(accessText));
  const now = missing.filter(right => needed.has(right));
  const check =
    now.length === 0 ? good('permissions', 'all rights are there') : bad('permissions', missingText(now));
  judge([check], force, log);
  const later = missing.filter(right => !needed.has(right));
  if (later.length > 0) log.warn(`for the run without --dry-run: ${missingText(later)}`);
}
