import { open } from 'node:fs/promises';
import type { Report } from './report.ts';

/** Kubernetes keeps 4,096 bytes of the termination message. */
const LIMIT = 4_000;

/** One sentence, then a JSON object `{job, outcome, counts, durationMs, report}` (job contract, design). */
export function terminationMessage(
  report: Pick<Report, 'job' | 'outcome' | 'sentence' | 'counts' | 'durationMs'>,
  reportPlace: string | undefined,
): string {
  const { job, outcome, counts, durationMs } = report;
  const json = JSON.stringify({ job, outcome, counts, durationMs, report: reportPlace ?? null });
  const room = LIMIT - Buffer.byteLength(json) - 1;
  return `${cutBytes(report.sentence, room)}\n${json}`;
}

/** Added to the sentence of a run that an earlier container of the pod refused. */
export const FOUND_EARLIER =
  ' (found by an earlier container of this pod and not tried again: delete the Job and apply it anew)';

/** The sentence of a termination message, as the run that found it said it; '' where there is none. */
export function sentenceOf(message: string): string {
  return message
    .replace(/\n\{"job":.*$/s, '')
    .replace(FOUND_EARLIER, '')
    .trim();
}

/** The termination message of a command line that was not understood. */
export function usageMessage(job: string, sentence: string): string {
  const report = { job, outcome: 'usage', counts: {}, durationMs: 0, report: null };
  return `${cutBytes(sentence, LIMIT / 2)}\n${JSON.stringify(report)}`;
}

function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // Cutting may split a character: the decoder's replacement character goes, too.
  return `${Buffer.from(text)
    .subarray(0, Math.max(bytes - 4, 0))
    .toString()
    .replace(/\uFFFD+$/, '')} …`;
}

/** Writes the message where Kubernetes reads it; outside a container there is no such file, and nothing is written. */
export async function writeTerminationMessage(path: string, message: string): Promise<void> {
  try {
    await using file = await open(path, 'r+');
    await file.truncate();
    await file.write(message);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
}
