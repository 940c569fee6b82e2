import type { Run } from '../upgrade/run.ts';
import { type Progress, stopped } from './progress.ts';

const MINUTE = 60_000;

/** What a step waits for may come in a moment; when it has waited for the same for so many minutes, a person has to look. */
export function patient({ patience }: Pick<Run, 'patience'>, progress: Progress, minutes: number): Progress {
  if (progress.state !== 'running') return progress;
  if (patience.step.elapsedMs(progress.key ?? progress.message) <= minutes * MINUTE) return progress;
  return { ...progress, ...stopped(`${progress.message}, for ${minutes} minutes`) };
}
