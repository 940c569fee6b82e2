import { fingerprint } from '../../jobs/lib/calico/upgrade/fingerprint.ts';
import { type Phase, readStatus, type StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { UpgradeSpec } from '../api/spec.ts';
import type { StatusFacts } from '../status/finish-status.ts';
import type { Progress } from '../steps/progress.ts';
import type { Verified } from '../steps/verify.ts';
import { advanceSafely, type Failing } from './advance-safely.ts';
import { nodesFacts } from './nodes-facts.ts';
import { over } from './over.ts';
import { noteRollback } from './previous.ts';
import type { Run, Work } from './run.ts';
import { sourceProblem } from './sources.ts';
import { changeStep, currentStep, stateOf } from './step-list.ts';
import { stopReason } from './stop-reason.ts';
import { stoppedAt } from './stopped-at.ts';
import { approvalText } from './texts.ts';

/** What came of a turn. */
export interface Turned {
  readonly facts: StatusFacts;
  /** After how many milliseconds the next turn is due, even if nothing changes. */
  readonly wakeMs: number;
  /** Whether the status has to be stored before anything else is done. */
  readonly isMilestone?: boolean;
  /** Whether the upgrade has to be looked at anew: it goes back from here. */
  readonly goesBack?: boolean;
}

/** What a turn is about. */
export interface Turn {
  readonly run: Run;
  readonly spec: UpgradeSpec;
  readonly facts: StatusFacts;
  readonly steps: readonly StepStatus[];
  readonly work: Work;
  /** Stopped, and nobody has said to go on. */
  readonly isHeld: boolean;
  readonly now: Date;
}

const IDLE_MS = 60_000;

const AFTER_FAILURE_MS = 2_000;

/** Carries an upgrade on for one turn. Throws what a later try may mend; everything else is a stop that its status tells. */
export async function takeTurn(run: Run, upgrade: KubeObject, spec: UpgradeSpec, now: Date): Promise<Turned> {
  const before = factsBefore(run, upgrade);
  const observedSpec = fingerprint(upgrade.spec);
  const isHeld = before.phase === 'Stopped' && before.observedSpec === observedSpec;
  const isOver = before.phase === 'Complete' || before.phase === 'RolledBack';
  if (before.phase === 'Stopped' ? !isHeld : isOver && before.observedSpec !== observedSpec)
    goOnAfterStop(run);
  const facts = { ...before, observedSpec };
  const steps = facts.steps ?? run.steps;
  const mayBegin = !isHeld && !spec.paused;
  // Who pauses it may be mending it: that time does not count.
  if (spec.paused) forgetTroubles(run);
  const work = { run, spec, isDataOpen: isDataOpen(steps), mayBegin };
  const turn = { run, spec, facts, steps, work, isHeld, now };
  const step = currentStep(steps);
  const isCleanUpWaiting =
    step?.name === 'clean-up' && step.state === 'Pending' && !spec.approvals.includes('clean-up');
  if (!step || isCleanUpWaiting) return over(turn);
  return step.state === 'Pending' ? begin(turn, step) : carryOn(turn, step);
}

/** The person who says so knows the failures, and may have corrected manifests in ConfigMaps: they are read anew. */
function goOnAfterStop(run: Run): void {
  const { made } = run;
  forgetTroubles(run);
  made.acknowledges = true;
  delete made.target;
  delete made.template;
  delete made.addOns;
  delete made.lateFailure;
}

function forgetTroubles({ patience }: Run): void {
  for (const one of Object.values(patience)) one.forget();
}

/** What is known of the upgrade: what this process knew last, else what is stored, if it is of the same plan. */
function factsBefore(run: Run, upgrade: KubeObject): StatusFacts {
  if (run.made.facts) return run.made.facts;
  const stored = readStatus(upgrade.status);
  if (stored?.plannedFor === run.plannedFor) return stored;
  const { from, target } = run.previous;
  const { plannedFor, steps } = run;
  return { phase: 'Planned', message: 'planned', from, target, plannedFor, steps: [...steps] };
}

/** Between the end of the data migration in etcd and its completion, Calico is paused. */
function isDataOpen(steps: readonly StepStatus[]): boolean {
  const complete = stateOf(steps, 'complete');
  return (
    stateOf(steps, 'data-migration') === 'Done' &&
    complete !== undefined &&
    complete !== 'NotNeeded' &&
    complete !== 'Done'
  );
}

const atWork = ({ isRollback }: Run): Phase => (isRollback ? 'RollingBack' : 'Progressing');

async function begin(turn: Turn, step: StepStatus): Promise<Turned> {
  const { run, spec, facts, steps, isHeld, now } = turn;
  if (isHeld) return { facts, wakeMs: IDLE_MS };
  if (spec.paused)
    return { facts: { ...facts, phase: 'Paused', message: `paused before ${step.name}` }, wakeMs: IDLE_MS };
  const { name } = run.upgrade.metadata;
  if (step.name === 'complete' && !spec.approvals.includes('complete')) {
    const message = `waits for approval of complete, after which there is no abort. ${approvalText(name, 'complete', spec.approvals)}`;
    return { facts: { ...facts, phase: 'WaitingForApproval', message }, wakeMs: IDLE_MS };
  }
  const isFirst = steps.every(({ startedAt }) => startedAt === undefined);
  const problem = isFirst ? await sourceProblem(turn.work) : undefined;
  if (problem !== undefined) return stoppedAt(turn, 'preflight', problem, steps, IDLE_MS);
  run.controller.log.info({ stage: step.name }, step.reason);
  const begun = changeStep(steps, step.name, 'Running', '', now);
  const message = `${step.name}: begins`;
  return {
    facts: { ...facts, phase: atWork(run), message, steps: [...begun] },
    wakeMs: 0,
    isMilestone: true,
  };
}

/** Steps that are done in one go: none of them is begun while the upgrade is paused. */
const IN_ONE_GO = new Set(['manifests', 'kube-controllers', 'add-ons']);

/** Steps that replace pods: what they have begun is finished also when the upgrade is stopped. */
const REPLACES = new Set(['node-rollout', 'verify', 'complete']);

async function carryOn(turn: Turn, step: StepStatus): Promise<Turned> {
  const { run, spec, facts, isHeld, steps, work } = turn;
  if (isHeld && !(REPLACES.has(step.name) && partOf(steps).nodes)) return { facts, wakeMs: IDLE_MS };
  if (spec.paused && !isHeld && (IN_ONE_GO.has(step.name) || isFailedJob(step))) {
    return { facts: { ...facts, phase: 'Paused', message: `paused in ${step.name}` }, wakeMs: IDLE_MS };
  }
  const progress = await advanceSafely(turn, step, {
    part: partOf(steps),
    isRetry: step.state === 'Failed' && work.mayBegin,
  });
  if (progress.state === 'failing') return tryAgain(turn, step, progress);
  const withNodes = { ...facts, ...nodesFacts(progress.nodes, facts) };
  if (isHeld) return { facts: withNodes, wakeMs: wakeOf(progress) };
  const running = {
    ...withNodes,
    steps: [...changeStep(steps, step.name, 'Running', progress.message, turn.now)],
  };
  switch (progress.state) {
    case 'running': {
      const isPaused = spec.paused && progress.isIdle === true;
      const message = `${step.name}: ${isPaused ? `paused, ${progress.message}` : progress.message}`;
      return {
        facts: { ...running, phase: isPaused ? 'Paused' : atWork(run), message },
        wakeMs: wakeOf(progress),
      };
    }
    case 'done':
      return stepDone({ ...turn, facts: withNodes, work }, step, progress.message);
    case 'stopped':
      return stop({ ...turn, facts: withNodes }, step, progress);
  }
}

/** A Job that failed is made anew when the upgrade goes on, and not while it is paused. */
const isFailedJob = ({ name, state }: StepStatus): boolean => state === 'Failed' && !REPLACES.has(name);

const wakeOf = (progress: Progress): number =>
  progress.state === 'done' ? IDLE_MS : (progress.wakeMs ?? IDLE_MS);

/** The step stays what it is: where a Job of it has to be removed first, the next try has to do so, too. */
function tryAgain({ facts, run }: Turn, { name }: StepStatus, { message }: Failing): Turned {
  const told =
    message === undefined ? facts : { ...facts, phase: atWork(run), message: `${name}: ${message}` };
  return { facts: told, wakeMs: AFTER_FAILURE_MS };
}

/** Which parts of Calico this upgrade changes. */
function partOf(steps: readonly StepStatus[]): Verified {
  const isNeeded = (name: string): boolean => ![undefined, 'NotNeeded'].includes(stateOf(steps, name));
  return { nodes: isNeeded('node-rollout'), kubeControllers: isNeeded('kube-controllers') };
}

function stepDone({ run, facts, steps, now }: Turn, step: StepStatus, message: string): Turned {
  const { log, events } = run.controller;
  log.info({ stage: step.name }, `done${message ? `: ${message}` : ''}`);
  events.onUpgrade(run.upgrade, {
    type: 'Normal',
    reason: 'StepDone',
    message: `${step.name}: ${message || 'done'}`,
  });
  const next = changeStep(steps, step.name, 'Done', message, now);
  return {
    facts: { ...facts, phase: atWork(run), message: `${step.name}: done`, steps: [...next] },
    wakeMs: 0,
    isMilestone: true,
  };
}

async function stop(turn: Turn, step: StepStatus, progress: Progress): Promise<Turned> {
  const { run, spec, steps, now } = turn;
  const failures = progress.nodes?.failures ?? [];
  const mayGoBack = !run.isRollback && !run.previous.isLate && !isCompleting(step, steps);
  const goesBack = failures.length > 0 && spec.rollout.onFailure === 'Rollback' && mayGoBack;
  const back = goesBack ? await goBack(turn, step, progress.message) : undefined;
  if (back && 'facts' in back) return back;
  for (const { node, reason } of failures) {
    run.controller.events.onNode(node, { type: 'Warning', reason: 'CalicoNodeFailed', message: reason });
  }
  const message = back ? `${progress.message}. There is no way back: ${back.problem}` : progress.message;
  const next = changeStep(steps, step.name, 'Failed', message, now);
  return stoppedAt(turn, step.name, message, next, wakeOf(progress));
}

/** The data of before is given up with the first act of complete. */
const isCompleting = (step: StepStatus, steps: readonly StepStatus[]): boolean =>
  step.name === 'complete' || stateOf(steps, 'complete') === 'Done';

/** Turns to the way back by itself; or says why that cannot be, such as that somebody deleted what was kept for it. */
async function goBack(
  { run, facts }: Turn,
  step: StepStatus,
  why: string,
): Promise<Turned | { readonly problem: string }> {
  const { controller, upgrade } = run;
  try {
    await noteRollback(controller.client, controller.namespace, upgrade.metadata.uid ?? '', why);
  } catch (error) {
    const problem = stopReason(error);
    if (problem === undefined) throw error;
    return { problem };
  }
  controller.log.warn({ stage: step.name }, `${why}. Goes back, as spec.rollout.onFailure says`);
  controller.events.onUpgrade(upgrade, { type: 'Warning', reason: 'RollingBack', message: why });
  return {
    facts: { ...facts, phase: 'RollingBack', message: why },
    wakeMs: 0,
    isMilestone: true,
    goesBack: true,
  };
}
