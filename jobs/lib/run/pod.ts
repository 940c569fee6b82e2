import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../kubernetes/object.ts';
import type { EXIT_CODES, FailedOutcome } from './failure.ts';

/** What the manifest tells a job about its own pod. Everything is absent outside a cluster. */
export interface PodFacts {
  readonly jobName: string | undefined;
  readonly jobUid: string | undefined;
  readonly terminationLog: string;
  /** A directory that lives as long as the pod: it outlives a restart of the container. */
  readonly stateDir: string | undefined;
}

/**
 * Reads what the manifest provides. The Job's name and uid come from a file of the pod's labels, which a downward API
 * volume can hold on every version; on 1.7 a variable cannot.
 */
export async function podFacts(env: NodeJS.ProcessEnv): Promise<PodFacts> {
  const path = env.CALICO_UPGRADE_POD_LABELS;
  const labels = path ? parseLabels(await readFile(path, 'utf8').catch(() => '')) : new Map();
  return {
    jobName: labels.get('job-name'),
    jobUid: labels.get('controller-uid'),
    terminationLog: env.CALICO_UPGRADE_TERMINATION_LOG ?? '/dev/termination-log',
    stateDir: env.CALICO_UPGRADE_STATE_DIR,
  };
}

/** Lines of `name="value"`, as the downward API writes them. */
function parseLabels(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^([^=]+)="(.*)"$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

export interface FinalOutcome {
  readonly outcome: Exclude<FailedOutcome, 'failed'>;
  readonly sentence: string;
}

const MARK = 'final-outcome.json';

/**
 * A run of this pod that must not be tried again by itself: Kubernetes 1.7 restarts a failed Job without end, and a run
 * that was refused must not surprise anyone by succeeding hours later. A new pod starts afresh.
 */
export async function readFinalOutcome(pod: PodFacts): Promise<FinalOutcome | undefined> {
  if (!pod.stateDir) return undefined;
  const text = await readFile(join(pod.stateDir, MARK), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const mark: unknown = JSON.parse(text);
  if (!isRecord(mark) || typeof mark.sentence !== 'string' || !isFinal(mark.outcome)) return undefined;
  return { outcome: mark.outcome, sentence: mark.sentence };
}

function isFinal(outcome: unknown): outcome is FinalOutcome['outcome'] {
  return outcome === 'refused' || outcome === 'usage' || outcome === 'different';
}

/** Remembers the outcome for later containers of this pod, unless it is one that a retry may help. */
export async function rememberFinalOutcome(
  pod: PodFacts,
  outcome: keyof typeof EXIT_CODES,
  sentence: string,
): Promise<void> {
  if (!pod.stateDir || !isFinal(outcome)) return;
  await mkdir(pod.stateDir, { recursive: true });
  await writeFile(join(pod.stateDir, MARK), JSON.stringify({ outcome, sentence }));
}
