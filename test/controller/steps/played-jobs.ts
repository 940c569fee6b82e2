import { EXIT_CODES } from '../../../jobs/lib/run/failure.ts';
import { terminationMessage } from '../../../jobs/lib/run/termination.ts';
import type { ChooseBehaviour, End, PodBehaviour } from '../../kubelets/behaviour.ts';

type Outcome = keyof typeof EXIT_CODES;

/** How a run of a job ends: with its exit code, and what it leaves in its termination message. */
export function ended(sentence: string, outcome: Outcome = 'done', afterMs = 50): End {
  const message = terminationMessage(
    { job: 'played', outcome, sentence, counts: {}, durationMs: 1 },
    undefined,
  );
  return { afterMs, exitCode: EXIT_CODES[outcome], message };
}

/** How the runs of a Job end, by its name in the manifest; the last one again and again. Others are done at once. */
export type PlayedJobs = Readonly<Record<string, readonly End[]>>;

/** Plays pods of Jobs as said, and all others by `rest`. */
export function playJobs(jobs: PlayedJobs, rest: PodBehaviour): ChooseBehaviour {
  return ({ labels }) => {
    const job = labels['job-name'];
    if (job === undefined) return rest;
    const runs = jobs[job.replace(/-[0-9a-f]{8}$/, '')] ?? [ended('played')];
    return { backOffMs: 200, ends: restart => runs.at(Math.min(restart, runs.length - 1)) };
  };
}
