import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { resumeText } from './texts.ts';
import type { Turn, Turned } from './turn.ts';

/** Waits for a person: says why and what to do, in status, log and Event. */
export function stoppedAt(
  { run, spec, facts }: Turn,
  stage: string,
  why: string,
  steps: readonly StepStatus[],
  wakeMs: number,
): Turned {
  const { controller, upgrade } = run;
  const message = `${stage}: ${why}. ${resumeText(upgrade.metadata.name, spec.resume)}`;
  controller.log.error({ stage }, message);
  controller.events.onUpgrade(upgrade, { type: 'Warning', reason: 'Stopped', message });
  return { facts: { ...facts, phase: 'Stopped', message, steps: [...steps] }, wakeMs, isMilestone: true };
}
