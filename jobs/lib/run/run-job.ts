import { connect, type KubeClient } from '../kubernetes/client.ts';
import { recordEvent } from '../kubernetes/events.ts';
import { failureOf } from '../kubernetes/failures.ts';
import { monotonicMs } from './abort.ts';
import { EXIT_CODES, Failure, failedRun, messageOf, type Outcome } from './failure.ts';
import type { Log } from './log.ts';
import type { CommonOptions } from './options.ts';
import { type FinalOutcome, type PodFacts, podFacts, readFinalOutcome, rememberFinalOutcome } from './pod.ts';
import { durationText } from './progress.ts';
import { type Counts, type Report, writeReportConfigMap, writeReportFile } from './report.ts';
import { FOUND_EARLIER, terminationMessage, writeTerminationMessage } from './termination.ts';

/** What a job works with. */
export interface Run {
  /** The log of one stage: preflight, plan, backup, apply, verify. */
  stage(name: string): Log;
  /** The log of a stage that the run does not enter: the reasons of a failure stay with the stage before. */
  aside(name: string): Log;
  /** Connects at the first call. */
  client(): KubeClient;
  readonly signal: AbortSignal;
}

export interface JobResult {
  readonly sentence: string;
  readonly counts: Counts;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a job can add to the report of a run that failed: it fills this while it works. */
export interface Findings {
  counts: Counts;
  details: Readonly<Record<string, unknown>>;
}

/** For the report and the Event, in seconds: they must not hold up an operator who waits for the reason of a failure. */
const FAREWELL = { requestTimeout: 3, retryTimeout: 10 };

/**
 * Runs a job from its first to its last log line: connects, stops at SIGINT and SIGTERM, maps every error to its outcome,
 * and leaves report, Event and termination message behind. Returns the exit code; never throws.
 */
export async function runJob(
  job: string,
  options: CommonOptions,
  log: Log,
  body: (run: Run, findings: Findings) => Promise<JobResult>,
): Promise<number> {
  const pod = await podFacts(process.env);
  const earlier = await readFinalOutcome(pod);
  if (earlier) return repeatOutcome(log, pod, job, earlier);
  const startedAt = new Date().toISOString();
  const start = monotonicMs();
  const findings: Findings = { counts: {}, details: {} };
  const { outcome, sentence, details } = await attempt(options, log, findings, body);
  const report: Report = {
    job,
    outcome,
    sentence,
    counts: findings.counts,
    startedAt,
    durationMs: Math.round(monotonicMs() - start),
    dryRun: options.dryRun,
    reasons: details,
    details: findings.details,
  };
  await sayFarewell(options, log, pod, report);
  return EXIT_CODES[outcome];
}

interface Attempted {
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly details: readonly string[];
}

async function attempt(
  options: CommonOptions,
  log: Log,
  findings: Findings,
  body: (run: Run, findings: Findings) => Promise<JobResult>,
): Promise<Attempted> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    const text = `stopped by ${name}: what is done stays done, start the job again to go on`;
    stop.abort(failedRun(text));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  let client: KubeClient | undefined;
  let current = log;
  const run: Run = {
    signal: stop.signal,
    stage: name => {
      current = log.child({ stage: name });
      return current;
    },
    aside: name => log.child({ stage: name }),
    client: () => {
      client ??= connect(connectOptions(options, stop.signal, () => current));
      return client;
    },
  };
  try {
    const { sentence, counts, details } = await body(run, findings);
    Object.assign(findings, { counts, details });
    return { outcome: 'done', sentence, details: [] };
  } catch (error) {
    const failure = failureOf(reasonOf(error, stop.signal));
    for (const line of failure.details) current.error(line);
    if (isBug(failure))
      current.error(String(failure.cause instanceof Error ? failure.cause.stack : failure.cause));
    return { outcome: failure.outcome, sentence: failure.message, details: failure.details };
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    await client?.close();
  }
}

/** Why a run ended: that it was stopped, in words of the job where it has more to say of it. */
function reasonOf(error: unknown, { aborted, reason }: AbortSignal): unknown {
  const saysMore = error instanceof Failure && error.cause === reason;
  return aborted && !saysMore ? reason : error;
}

/** A TypeError and its like is our mistake, not the user's: only then is a stack trace of use. */
function isBug(failure: Failure): boolean {
  const { cause } = failure;
  return cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
}

function connectOptions(options: CommonOptions, signal: AbortSignal, log: () => Log) {
  return {
    signal,
    requestTimeoutMs: options.requestTimeout * 1000,
    retryTotalMs: options.retryTimeout * 1000,
    onRetry: (error: Error, pauseMs: number, attempt: number) =>
      log().warn(`${error.message}; trying again in ${durationText(pauseMs)} (attempt ${attempt})`),
  };
}

/** Shows what an earlier container of this pod has found, whole: its log is gone after two restarts. */
async function repeatOutcome(log: Log, pod: PodFacts, job: string, earlier: FinalOutcome): Promise<number> {
  const own = log.child({ stage: 'report' });
  const { outcome, counts, durationMs, report: place } = earlier;
  for (const line of earlier.details) own.error(line);
  if (place) own.info(`report: ${place}`);
  const sentence = `${earlier.sentence}${FOUND_EARLIER}`;
  const message = terminationMessage({ job, outcome, sentence, counts, durationMs }, place ?? undefined);
  await tryTo(own, 'write the termination message', () =>
    writeTerminationMessage(pod.terminationLog, message),
  );
  own.error(sentence);
  return EXIT_CODES[outcome];
}

/** Leaves the result in all its places; none of them failing changes the outcome. */
async function sayFarewell(options: CommonOptions, log: Log, pod: PodFacts, report: Report): Promise<void> {
  const own = log.child({ stage: 'report' });
  const place = await tryTo(own, 'write the report', () => leaveReport(options, report));
  if (place) own.info(`report: ${place}`);
  await tryTo(own, 'remember the outcome', () => rememberFinalOutcome(pod, report, place));
  if (!options.dryRun) await tryTo(own, 'record the Event', () => leaveEvent(options, pod, report));
  await tryTo(own, 'write the termination message', () =>
    writeTerminationMessage(pod.terminationLog, terminationMessage(report, place)),
  );
  own[report.outcome === 'done' ? 'info' : 'error'](report.sentence);
}

async function tryTo<T>(log: Log, what: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    log.warn(`cannot ${what}: ${messageOf(error)}`);
    return undefined;
  }
}

async function leaveReport(options: CommonOptions, report: Report): Promise<string | undefined> {
  if (options.outputDir) return writeReportFile(options.outputDir, report);
  if (options.dryRun || report.outcome === 'usage') return undefined;
  const place = await withFarewellClient(options, client =>
    writeReportConfigMap(client, options.namespace, report),
  );
  return `ConfigMap ${place}`;
}

async function leaveEvent(options: CommonOptions, pod: PodFacts, report: Report): Promise<void> {
  const { jobName: name, jobUid: uid } = pod;
  if (!name || !uid) return;
  const { namespace } = options;
  const target = { apiVersion: 'batch/v1', kind: 'Job', namespace, name, uid };
  const good = report.outcome === 'done';
  const event = {
    type: good ? ('Normal' as const) : ('Warning' as const),
    reason: `${report.outcome[0]?.toUpperCase()}${report.outcome.slice(1)}`,
    message: report.sentence,
  };
  await withFarewellClient(options, client => recordEvent(client, target, event, new Date()));
}

async function withFarewellClient<T>(
  { requestTimeout, retryTimeout }: CommonOptions,
  action: (client: KubeClient) => Promise<T>,
): Promise<T> {
  const client = connect({
    requestTimeoutMs: Math.min(requestTimeout, FAREWELL.requestTimeout) * 1000,
    retryTotalMs: Math.min(retryTimeout, FAREWELL.retryTimeout) * 1000,
  });
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}
