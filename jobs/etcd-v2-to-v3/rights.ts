import { connect } from '../lib/kubernetes/client.ts';
import { Failure, messageOf } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { ownAccessOf, ownPlaces, requireAccess } from '../lib/run/own-access.ts';
import type { StartOptions } from './options.ts';

/** The data is reached through etcd alone: an API server that does not answer must not hold it up for long. */
const SHORT = { requestTimeoutMs: 3_000, retryTotalMs: 6_000 };

/**
 * In a pod, refuses a run whose report, backup or Event could not be written for want of rights. Nothing else here needs
 * an API server, so that one which does not answer is only said.
 */
export async function checkRights(job: string, options: StartOptions, log: Log): Promise<void> {
  if (options.dryRun || !ownPlaces(options).inPod) return;
  const client = connect(SHORT);
  try {
    await requireAccess(client, ownAccessOf(job, options));
  } catch (error) {
    if (error instanceof Failure) throw error;
    log.warn(`cannot ask for the rights to write the report: ${messageOf(error)}`);
  } finally {
    await client.close();
  }
}
