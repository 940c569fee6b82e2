import * as v from 'valibot';
import { isBeingDeleted, type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { EXIT_CODES } from '../../jobs/lib/run/failure.ts';
import { durationText } from '../../jobs/lib/run/progress.ts';
import { type Ended, type JobPod, jobPod } from './pod-facts.ts';

/** Where a Job is: what a person reads, and what a controller goes on by. */
export type JobOutcome =
  | { readonly state: 'running'; readonly message: string; readonly trouble?: Trouble }
  | { readonly state: 'done'; readonly sentence: string }
  | { readonly state: 'failed'; readonly sentence: string; readonly exitCode?: number };

/** Something that may pass by itself, but not for ever. */
export interface Trouble {
  /** Stays the same for as long as it is the same trouble. */
  readonly what: string;
  readonly patienceMs: number;
}

const MINUTE = 60_000;
const START_PATIENCE_MS = 10 * MINUTE;
const RETRY_PATIENCE_MS = 30 * MINUTE;

/** How often a run that failed is made again; the pauses of a node grow from 10 s on. */
const RESTARTS = 3;

/** A run that ends so is not to be made again (job contract, design). */
const FINAL: readonly number[] = [EXIT_CODES.usage, EXIT_CODES.refused, EXIT_CODES.different];

/** No waiting helps against these. */
const NEVER_STARTS: readonly string[] = ['InvalidImageName'];

/** Where a Job is, by the Job and the pods that were made for it. */
export function jobOutcome(job: KubeObject, pods: readonly KubeObject[]): JobOutcome {
  const all = oldestFirst(pods).map(jobPod);
  const pod = all.at(-1);
  return endOf(job, pod) ?? wayOf(job, pod, all);
}

/** The outcome when a trouble has lasted for some time: failed, once its patience is over. */
export function judged(outcome: JobOutcome, troubleMs: number): JobOutcome {
  if (outcome.state !== 'running' || !outcome.trouble) return outcome;
  const { patienceMs } = outcome.trouble;
  return troubleMs < patienceMs
    ? outcome
    : { state: 'failed', sentence: `${outcome.message} (for ${durationText(patienceMs)})` };
}

/** What has ended stands before what still may end; Kubernetes counts the age of pods in seconds. */
function oldestFirst(pods: readonly KubeObject[]): readonly KubeObject[] {
  const key = ({ metadata, status }: KubeObject) =>
    `${v.is(v.object({ phase: v.literal('Failed') }), status) ? 0 : 1} ${metadata.creationTimestamp}`;
  return [...pods].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** How the Job ended, if it did. */
function endOf(job: KubeObject, pod: JobPod | undefined): JobOutcome | undefined {
  const ended = pod?.ended;
  if (ended?.exitCode === EXIT_CODES.done) return { state: 'done', sentence: ended.sentence };
  if (ended && FINAL.includes(ended.exitCode)) return { state: 'failed', ...ended };
  const [condition] = conditionsOf(job);
  if (!condition) return undefined;
  const name = `Job ${objectKey(job)}`;
  if (condition.type === 'Complete')
    return { state: 'done', sentence: `${name} is complete; its pod is gone, and with it what it said` };
  const why = [condition.reason, condition.message].filter(Boolean).join(': ');
  return failed(`${name} failed: ${why}${ended ? `. The last run: ${ended.sentence}` : ''}`, ended);
}

const failed = (sentence: string, ended: Ended | undefined): JobOutcome => ({
  state: 'failed',
  sentence,
  ...(ended && { exitCode: ended.exitCode }),
});

const statusSchema = v.object({
  conditions: v.array(
    v.object({
      type: v.string(),
      status: v.string(),
      reason: v.nullish(v.string(), ''),
      message: v.nullish(v.string(), ''),
    }),
  ),
});

/** The conditions of a Job that has ended. */
function conditionsOf({ status }: KubeObject) {
  const conditions = v.is(statusSchema, status) ? v.parse(statusSchema, status).conditions : [];
  return conditions.filter(({ type, status }) => status === 'True' && ['Complete', 'Failed'].includes(type));
}

/** How far a Job is that has not ended. */
function wayOf(job: KubeObject, pod: JobPod | undefined, all: readonly JobPod[]): JobOutcome {
  const name = `Job ${objectKey(job)}`;
  const starting = (message: string): JobOutcome => ({
    state: 'running',
    message,
    trouble: { what: `start of ${job.metadata.uid}`, patienceMs: START_PATIENCE_MS },
  });
  if (isBeingDeleted(job)) return starting(`${name} is being deleted`);
  if (!pod) return starting(`${name} has no pod yet: kubectl describe says why`);
  const where = `${name}: pod ${pod.name}${pod.node ? ` on node ${pod.node}` : ''}`;
  if (pod.leaving) return starting(`${where} is being deleted`);
  if (pod.running)
    return pod.answers
      ? { state: 'running', message: `${where} is running` }
      : starting(`${where} is running, but its node does not say so any more`);
  const why = [pod.waiting.reason, pod.waiting.message].filter(Boolean).join(': ');
  if (pod.ended || pod.lost) return againOf({ name, where, why, failures: failuresIn(all), pod });
  const message = `${where} does not run yet${why && ` (${why})`}`;
  return NEVER_STARTS.includes(pod.waiting.reason) ? failed(message, undefined) : starting(message);
}

/** How many runs have failed: those that the restarts followed, and the last of each pod. */
const failuresIn = (pods: readonly JobPod[]): number =>
  pods.reduce(
    (sum, { restarts, lost, ended, running }) => sum + restarts + ((lost || ended) && !running ? 1 : 0),
    0,
  );

interface Again {
  readonly name: string;
  readonly where: string;
  readonly why: string;
  readonly failures: number;
  readonly pod: JobPod;
}

/** A run that failed and may succeed at the next try. */
function againOf({ name, where, why, failures, pod }: Again): JobOutcome {
  const said = pod.ended?.sentence ?? `${where} was ended from outside${why && ` (${why})`}`;
  return failures > RESTARTS
    ? failed(`${name} has failed ${failures} times: ${said}`, pod.ended)
    : {
        state: 'running',
        message: `${name} failed and is tried again: ${said}`,
        trouble: { what: `next try of ${name}`, patienceMs: RETRY_PATIENCE_MS },
      };
}
