import { dataJob } from '../jobs/data-jobs.ts';
import { jobFor, upgradeLabels } from '../jobs/job-manifest.ts';
import type { JobManifest } from '../jobs/job-schema.ts';
import { readManifest } from '../jobs/read-manifest.ts';
import { advanceJob, findJob, removeJob } from '../jobs/run-job.ts';
import { withRegistry } from '../target/images.ts';
import type { Work } from '../upgrade/run.ts';
import { BY_HAND, JOB_BY_HAND, progressByHand } from './by-hand.ts';
import { done, type Progress, running, stopped } from './progress.ts';

/** How often a Job is looked at. */
const LOOK_EVERY_MS = 1_000;

/**
 * Carries a data step on: the Job of a command line of the plan, such as `tpr-to-crd`. `isRetry`: a Job of it that failed is removed
 * first, since a person said to go on.
 */
export async function advanceDataJob(work: Work, command: string, isRetry: boolean): Promise<Progress> {
  const { run } = work;
  const { client, log, signal } = run.controller;
  if (command === BY_HAND) return progressByHand(await findJob(client, JOB_BY_HAND, run.patience.job));
  const job = await jobOf(work, command);
  if (isRetry) await removeJob(client, job, signal);
  const outcome = await advanceJob(client, job, run.patience.job);
  const { namespace, name } = job.metadata;
  if (outcome.state === 'running') return running(outcome.message, LOOK_EVERY_MS);
  log.info({ stage: 'job' }, `Job ${namespace}/${name}: ${outcome.sentence}`);
  return outcome.state === 'done'
    ? done(outcome.sentence)
    : stopped(
        `Job ${namespace}/${name}: ${outcome.sentence}. Its log: kubectl -n ${namespace} logs -l job-name=${name} --tail=-1`,
      );
}

async function jobOf({ run, spec }: Work, command: string): Promise<JobManifest> {
  const { manifest, patch, options } = dataJob(command, { targetVersion: spec.targetVersion });
  const directory = run.controller.manifests;
  const { registry, images, imagePullSecrets } = spec;
  return jobFor({
    documents: await readManifest(directory, manifest),
    ...(patch === undefined ? {} : { patch: await readManifest(directory, patch) }),
    uid: run.upgrade.metadata.uid ?? '',
    imageFor: image => images.job ?? (registry === undefined ? image : withRegistry(image, registry)),
    pullSecrets: imagePullSecrets,
    options,
    labels: upgradeLabels(run.upgrade.metadata.name),
  });
}
