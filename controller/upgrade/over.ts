import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { Progress } from '../steps/progress.ts';
import { isReleased } from '../steps/release.ts';
import { advanceRollout, nodesOfOtherTemplates } from '../steps/rollout.ts';
import { nodesFacts } from './nodes-facts.ts';
import { settleUpgrade } from './settle.ts';
import { changeStep, stateOf } from './step-list.ts';
import { approvalText } from './texts.ts';
import type { Turn, Turned } from './turn.ts';

const LOOK_EVERY_MS = 60_000;

/**
 * No step is left, but perhaps one that waits for approval. Nodes that were away are replaced when they are back; when there are none, the
 * DaemonSet is left to who changes it next.
 */
export async function over(turn: Turn): Promise<Turned> {
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
  if (nodes.state === 'stopped') run.made.lateFailure = nodes.message;
  const left = nodes.nodes?.counts.skipped ?? 0;
  const others = nodesOfOtherTemplates(run);
  if (nodes.state === 'done' && left === 0 && others === 0) await settleUpgrade(work, changedNodes);
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
  if (nodes.state === 'running') return nodes.message;
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
