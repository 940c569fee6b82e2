import type { StepState, StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';

/** The step that is at work, or has its turn; undefined when all are over. */
export const currentStep = (steps: readonly StepStatus[]): StepStatus | undefined =>
  steps.find(({ state }) => state === 'Running' || state === 'Failed' || state === 'Pending');

/** The steps, one of them changed: its time is noted when it begins and when it is over. */
export function changeStep(
  steps: readonly StepStatus[],
  name: string,
  state: StepState,
  message: string,
  now: Date,
): readonly StepStatus[] {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return steps.map(step => {
    if (step.name !== name) return step;
    const startedAt = step.startedAt ?? time;
    return { ...step, state, message, startedAt, ...(state === 'Done' && { finishedAt: time }) };
  });
}

export const stateOf = (steps: readonly StepStatus[], name: string): StepState | undefined =>
  steps.find(step => step.name === name)?.state;
