import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import { durationText } from '../../jobs/lib/run/progress.ts';
import { advanceStep } from '../steps/advance.ts';
import type { Progress } from '../steps/progress.ts';
import { advanceRollout } from '../steps/rollout.ts';
import type { Run } from './run.ts';
import { failingReason, stopReason } from './stop-reason.ts';
import type { Turn } from './turn.ts';

/** How long a step may fail for the same reason. */
const FAILING_MS = 10 * 60_000;

/** It is tried again. */
export interface Failing {
  readonly state: 'failing';
  /** What the status says of it; that of a step that is held says why it was stopped. */
  readonly message?: string;
}

/** What a step throws is a stop, at once or after some time, unless it is only that the API server does not answer: that is thrown on. */
export async function advanceSafely(
  { work, isHeld, run }: Turn,
  step: StepStatus,
  context: Parameters<typeof advanceStep>[2],
): Promise<Progress | Failing> {
  try {
    const progress = isHeld ? await advanceRollout(work) : await advanceStep(step, work, context);
    run.patience.failure.forget();
    return progress;
  } catch (error) {
    run.controller.signal.throwIfAborted();
    const failing = isHeld ? undefined : failingReason(error);
    if (failing !== undefined) return failed(run, step, failing);
    const failure = stopReason(error);
    if (failure === undefined) throw error;
    if (!isHeld) return { state: 'stopped', message: failure };
    run.controller.log.warn({ stage: step.name }, messageOf(error));
    return { state: 'failing' };
  }
}

function failed({ patience, controller }: Run, { name }: StepStatus, message: string): Progress | Failing {
  controller.log.warn({ stage: name }, `${message}. Tries it again`);
  return patience.failure.elapsedMs(message) > FAILING_MS
    ? { state: 'stopped', message: `${message} (for ${durationText(FAILING_MS)})` }
    : { state: 'failing', message };
}
