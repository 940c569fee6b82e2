import { JOBS, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { remove } from '../../jobs/lib/kubernetes/remove.ts';
import { create, get } from '../../jobs/lib/kubernetes/write.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { failedRun, refused } from '../../jobs/lib/run/failure.ts';
import { UPGRADE_LABEL } from './job-manifest.ts';
import { type JobOutcome, jobOutcome, judged } from './job-outcome.ts';
import type { JobManifest } from './job-schema.ts';
import type { Patience } from './patience.ts';

/** The rights that `advanceJob` and `removeJob` use in the namespace of a Job. */
export const JOB_RIGHTS = [
  { resource: JOBS, verbs: ['get', 'create', 'delete'] },
  { resource: PODS, verbs: ['list'] },
] as const;

/** How long pods get to end after the deletion of their Job: their grace period, and a node that is slow. */
const PODS_GONE_MS = 120_000;

/**
 * Creates a Job unless it exists, and says where it is. To be called again and again, also by another controller after
 * this one. Throws a refusal where an object of that name is not ours.
 */
export async function advanceJob(
  client: KubeClient,
  job: JobManifest,
  patience: Patience,
): Promise<JobOutcome> {
  const { name, namespace } = job.metadata;
  const found = await get(client, JOBS, name, namespace);
  if (!found) {
    const { object, created } = await create(client, JOBS, job, namespace);
    if (created) return { state: 'running', message: `Job ${objectKey(object)} was created` };
    requireOurs(object, job);
    return outcomeOf(client, object, patience);
  }
  requireOurs(found, job);
  return outcomeOf(client, found, patience);
}

/** Where a Job is, without creating it; undefined where there is none. Throws as `advanceJob` does. */
export async function readJobOutcome(
  client: KubeClient,
  job: JobManifest,
  patience: Patience,
): Promise<JobOutcome | undefined> {
  const found = await get(client, JOBS, job.metadata.name, job.metadata.namespace);
  if (!found) return undefined;
  requireOurs(found, job);
  return outcomeOf(client, found, patience);
}

/** A Job that a person made, and where it is. */
export interface FoundJob {
  readonly job: KubeObject;
  readonly outcome: JobOutcome;
}

/** Looks at a Job of somebody else; undefined where there is none. */
export async function findJob(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  patience: Patience,
): Promise<FoundJob | undefined> {
  const job = await get(client, JOBS, name, namespace);
  return job && { job, outcome: await outcomeOf(client, job, patience) };
}

async function outcomeOf(client: KubeClient, job: KubeObject, patience: Patience): Promise<JobOutcome> {
  const outcome = jobOutcome(job, await podsOf(client, job));
  const what = outcome.state === 'running' ? outcome.trouble?.what : undefined;
  return judged(outcome, patience.elapsedMs(what));
}

/**
 * Deletes a Job with its pods, so that it can be made anew; returns when they are gone, so that never two run. Nothing is
 * done where it does not exist. Throws a refusal where an object of that name is not ours, and a Failure that names the
 * pod where one does not go, such as on a node that is away.
 */
export async function removeJob(client: KubeClient, job: JobManifest, signal: AbortSignal): Promise<void> {
  const { name, namespace } = job.metadata;
  const found = await get(client, JOBS, name, namespace);
  if (!found) return;
  requireOurs(found, job);
  await remove(client, JOBS, found, { propagationPolicy: 'Background' });
  for (const deadline = monotonicMs() + PODS_GONE_MS; ; await sleep(250, signal)) {
    const [pod] = await podsOf(client, found);
    const still = await get(client, JOBS, name, namespace);
    if (!pod && still?.metadata.uid !== found.metadata.uid) return;
    if (monotonicMs() > deadline)
      throw failedRun(
        `Job ${objectKey(found)} was deleted ${PODS_GONE_MS / 1000} s ago, and ${pod ? `its pod ${objectKey(pod)}` : 'it'} is still there. See what holds it with kubectl describe; where its node is away for good, delete the pod with --force --grace-period=0`,
      );
  }
}

/** The pods that were made for this very Job. */
async function podsOf(client: KubeClient, { metadata }: KubeObject): Promise<readonly KubeObject[]> {
  const { namespace, uid } = metadata;
  const pods = await list(client, PODS, {
    ...(namespace !== undefined && { namespace }),
    labelSelector: `controller-uid=${uid}`,
  });
  return pods ?? [];
}

function requireOurs(found: KubeObject, job: JobManifest): void {
  const label = job.metadata.labels[UPGRADE_LABEL];
  const has = found.metadata.labels?.[UPGRADE_LABEL];
  if (label !== undefined && has === label) return;
  throw refused(
    `there is a Job ${objectKey(found)} already that was not made for this upgrade: its label ${UPGRADE_LABEL} is ${has ?? 'missing'}, and not ${label}. See what it is, and delete or rename it`,
  );
}
