import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { Work } from '../upgrade/run.ts';
import { advanceAddOns } from './add-ons.ts';
import { advanceDataJob } from './data-job.ts';
import { advanceKubeControllers } from './kube-controllers.ts';
import { advanceManifests } from './manifests.ts';
import type { Progress } from './progress.ts';
import { advanceRollout } from './rollout.ts';
import { noteAtWork } from './template.ts';
import { advanceVerify, type Verified } from './verify.ts';

/** What `advanceStep` is told of the other steps. */
export interface StepContext {
  readonly part: Verified;
  /** A person said to go on after this step had failed. */
  readonly isRetry: boolean;
}

/** Carries a step on for one turn. Every step can be carried on by another process: it looks at what is there. */
export async function advanceStep(
  step: StepStatus,
  work: Work,
  { part, isRetry }: StepContext,
): Promise<Progress> {
  switch (step.name) {
    case 'manifests':
      await noteAtWork(work.run);
      return advanceManifests(work);
    case 'kube-controllers':
      await noteAtWork(work.run);
      return advanceKubeControllers(work);
    case 'node-rollout':
      return advanceRollout(work);
    case 'verify':
      return advanceVerify(work, part);
    case 'add-ons':
      return advanceAddOns(work);
    case 'complete':
      return advanceComplete(step, work, isRetry, part);
    default:
      return advanceDataJob(work, step.job ?? step.name, isRetry);
  }
}

/** Ends the pause of the data, and then waits until the nodes work on it. */
async function advanceComplete(
  step: StepStatus,
  work: Work,
  isRetry: boolean,
  part: Verified,
): Promise<Progress> {
  const job = await advanceDataJob(work, step.job ?? step.name, isRetry);
  if (job.state !== 'done') return job;
  const nodes = await advanceVerify({ ...work, isDataOpen: false }, part);
  return nodes.state === 'done' ? { ...nodes, message: `${job.message}; ${nodes.message}` } : nodes;
}
