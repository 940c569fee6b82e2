import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { Progress } from '../steps/progress.ts';
import { isReleased } from '../steps/release.ts';
import { advanceRollout, nodesOfOtherTemplates } from '../steps/rollout.ts';
import { nodesFacts } from './nodes-facts.ts';
import { settleUpgrade } from './settle.ts';
import { changeStep, stateOf } from './step-list.ts';
import { stopReason } from './stop-reason.ts';
import { stoppedAt } from './stopped-at.ts';
import { approvalText, resumeText } from './texts.ts';
import type { Turn, Turned } from './turn.ts';

const LOOK_EVERY_MS = 60_000;

/**
 * No step is left, but perhaps one that waits for approval. Nodes that were away are replaced when they are back; when there are none, the
 * DaemonSet is left to who changes it next.
 */
export async function over(turn: Turn): Promise<Turned> {
  try {
    return await lookAfter(turn);
  } catch (error) {
    const reason = stopReason(error);
    if (reason === undefined) throw error;
    if (turn.isHeld) return { facts: turn.facts, wakeMs: LOOK_EVERY_MS };
    return turn.facts.phase === 'Complete' || turn.facts.phase === 'RolledBack'
      ? noted(turn, reason)
      : stoppedAt(turn, 'end', reason, turn.steps, LOOK_EVERY_MS);
  }
}

/** What is over stays over: what cannot be done any more is only told. */
function noted(turn: Turn, reason: string): Turned {
  const { run, facts } = turn;
  const message = `${endText(turn)}; ${reason}`;
  if (facts.message !== message) run.controller.log.warn({ stage: 'end' }, reason);
  return { facts: { ...facts, message }, wakeMs: LOOK_EVERY_MS };
}

async function lookAfter(turn: Turn): Promise<Turned> {
  const { run, facts, steps, work } = turn;
  const hadRollout = ![undefined, 'NotNeeded'].includes(stateOf(steps, 'node-rollout'));
  const changedNodes = hadRollout && !(await isReleased(run));
  const isKnown = run.made.lateFailure === undefined;
  const nodes: Progress = changedNodes
    ? await advanceRollout({ ...work, isDataOpen: false, mayBegin: work.mayBegin && isKnown })
    : { state: 'done', message: '' };
  const withNodes = { ...facts, ...nodesFacts(nodes.nodes, facts) };
  const wasOver = facts.phase === 'Complete' || facts.phase === 'RolledBack';
  if (!wasOver && nodes.state !== 'done') return reopened({ ...turn, facts: withNodes });
  if (nodes.nodes?.failures.length) noteLateFailure(turn, nodes.message);
  const left = nodes.nodes?.counts.skipped ?? 0;
  const others = nodesOfOtherTemplates(run);
  if (nodes.state === 'done' && left === 0 && others === 0) await settleUpgrade(work, changedNodes, !wasOver);
  const message = [endText(turn), lateText(nodes, left, others), run.made.lateFailure, cleanUpText(turn)];
  if (!wasOver) sayEnd(turn, endText(turn));
  return {
    facts: {
      ...withNodes,
      phase: run.isRollback ? 'RolledBack' : 'Complete',
      message: message.filter(Boolean).join('; '),
    },
    wakeMs: nodes.state === 'running' ? (nodes.wakeMs ?? LOOK_EVERY_MS) : LOOK_EVERY_MS,
    isMilestone: !wasOver,
  };
}

/** No node that comes back later is replaced before a person has looked. */
function noteLateFailure({ run, spec }: Turn, failure: string): void {
  if (run.made.lateFailure !== undefined) return;
  const { controller, upgrade } = run;
  const message = `${failure}. ${resumeText(upgrade.metadata.name, spec.resume)}`;
  run.made.lateFailure = message;
  controller.log.error({ stage: 'end' }, message);
  controller.events.onUpgrade(upgrade, { type: 'Warning', reason: 'Stopped', message });
}

/** The status says that every step is done, and the nodes do not: done is what they show. */
function reopened({ run, facts, steps, now }: Turn): Turned {
  const unverified = changeStep(steps, 'verify', 'Pending', '', now);
  const open = changeStep(unverified, 'node-rollout', 'Running', '', now);
  const message = 'node-rollout: goes on, since not every node has the target';
  run.controller.log.warn({ stage: 'node-rollout' }, message);
  return {
    facts: { ...facts, phase: run.isRollback ? 'RollingBack' : 'Progressing', message, steps: [...open] },
    wakeMs: 0,
    isMilestone: true,
  };
}

function endText({ run }: Turn): string {
  const { from, target } = run.previous;
  return run.isRollback ? `Calico is as it was before: ${from}` : `Calico ${from} is upgraded to ${target}`;
}

function lateText(nodes: Progress, skipped: number, others: number): string {
  if (nodes.state !== 'done') return nodes.nodes?.failures.length ? '' : nodes.message;
  if (skipped > 0) return `${skipped} nodes that are not Ready are left, and are replaced when they are back`;
  return others > 0
    ? `${others} nodes that spec.rollout.selector leaves out are as before; the DaemonSet stays OnDelete until an upgrade has replaced them, too`
    : '';
}

function cleanUpText({ run, spec, steps }: Turn): string {
  const waiting = steps.find(({ name, state }: StepStatus) => name === 'clean-up' && state === 'Pending');
  if (!waiting) return '';
  return `old data stays until it is agreed to delete it. ${approvalText(run.upgrade.metadata.name, 'clean-up', spec.approvals)}`;
}

function sayEnd({ run }: Turn, message: string): void {
  run.controller.log.info({ stage: 'end' }, message);
  const reason = run.isRollback ? 'RolledBack' : 'Complete';
  run.controller.events.onUpgrade(run.upgrade, { type: 'Normal', reason, message });
}
