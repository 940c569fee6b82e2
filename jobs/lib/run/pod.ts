import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Report } from './report.ts';
import { firstLines } from './table.ts';

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

const finalOutcomeSchema = v.object({
  outcome: v.picklist(['refused', 'usage', 'different']),
  sentence: v.string(),
  details: v.array(v.string()),
  counts: v.record(v.string(), v.union([v.number(), v.record(v.string(), v.number())])),
  durationMs: v.number(),
  report: v.nullable(v.string()),
});

/** How an earlier container of this pod ended. */
export type FinalOutcome = v.InferOutput<typeof finalOutcomeSchema>;

const MARK = 'final-outcome.json';

/** The details that are kept to be shown again; the report has them all. */
const DETAILS_KEPT = 200;

/**
 * A run of this pod that must not be tried again by itself: Kubernetes 1.7 restarts a failed Job without end, and a run
 * that was refused must not surprise anyone by succeeding hours later. A new pod starts afresh.
 */
export async function readFinalOutcome(pod: PodFacts): Promise<FinalOutcome | undefined> {
  if (!pod.stateDir) return undefined;
  const text = await readFile(join(pod.stateDir, MARK), 'utf8').catch(() => undefined);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), finalOutcomeSchema), text);
  return parsed.success ? parsed.output : undefined;
}

/** Remembers the outcome for later containers of this pod, unless it is one that a retry may help. */
export async function rememberFinalOutcome(
  pod: PodFacts,
  report: Report,
  place: string | undefined,
): Promise<void> {
  if (!pod.stateDir) return;
  const { outcome, sentence, counts, durationMs, reasons } = report;
  const kept = firstLines(reasons, DETAILS_KEPT, 'the report has them all');
  const mark = { outcome, sentence, details: kept, counts, durationMs, report: place ?? null };
  if (!v.is(finalOutcomeSchema, mark)) return;
  await mkdir(pod.stateDir, { recursive: true });
  const path = join(pod.stateDir, MARK);
  await writeFile(`${path}.new`, JSON.stringify(mark));
  await rename(`${path}.new`, path);
}
