import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import { fingerprint } from '../../jobs/lib/calico/upgrade/fingerprint.ts';
import { readStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { type Watched, watch } from '../../jobs/lib/kubernetes/watch.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import type { StatusFacts } from '../status/finish-status.ts';
import { type Actionable, type Choice, chooseUpgrade } from './choose.ts';
import type { Controller } from './controller.ts';
import { planFingerprint } from './fingerprint.ts';
import { openRun } from './open-run.ts';
import { type Left, type Orphans, openOrphans } from './orphans.ts';
import type { Run } from './run.ts';
import { type Shown, showStatuses } from './shown.ts';
import { stopReason } from './stop-reason.ts';
import { resumeText } from './texts.ts';
import { type Turned, takeTurn } from './turn.ts';
import type { Waker } from './waker.ts';

const IDLE_MS = 60_000;
const AFTER_FAILURE_MS = 2_000;
const ORPHANS_MS = 1_000;
const LONGEST_PAUSE_MS = 500;

/** What the loop goes on with from turn to turn. */
interface Memory {
  run: Run | undefined;
  /** An upgrade that could not be begun, and its spec: not tried again before it changes. */
  refused: string | undefined;
  orphans: Orphans | undefined;
  /** Whether nodes that an upgrade left in the middle are to be looked for, before another one is begun. */
  looksForOrphans: boolean;
}

/** Carries upgrades on, one at a time, until the signal ends it. `onTurn` is called at each turn. */
export async function runUpgrades(controller: Controller, waker: Waker, onTurn: () => void): Promise<void> {
  const { client, log, signal } = controller;
  const upgrades = watch(
    client,
    CALICO_UPGRADES,
    {
      pick: object => object,
      onChange: waker.wake,
      onLoss: error => log.warn(`lost sight of the CalicoUpgrades, and looks anew: ${error.message}`),
    },
    signal,
  );
  const shown = showStatuses(controller);
  const memory: Memory = {
    run: undefined,
    refused: undefined,
    orphans: undefined,
    looksForOrphans: true,
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      onTurn();
      const startedAt = monotonicMs();
      const waitMs = upgrades.isSynced() ? await turnSafely(controller, upgrades, shown, memory) : IDLE_MS;
      const tookMs = monotonicMs() - startedAt;
      if (waitMs > 0) await waker.wait(waitMs, signal);
      // Answers and events are taken in between: with thousands of nodes, a turn for each of them would leave no time for the lock.
      await sleep(Math.min(tookMs, LONGEST_PAUSE_MS), signal);
    }
  };
  try {
    await Promise.race([loop(), upgrades.done]);
  } finally {
    await close(memory);
  }
}

/** An API server that is away is no reason to stop: what is begun is gone on with when it is back. */
async function turnSafely(
  controller: Controller,
  upgrades: Watched<KubeObject>,
  shown: Shown,
  memory: Memory,
): Promise<number> {
  try {
    return await turn(controller, upgrades, shown, memory);
  } catch (error) {
    controller.signal.throwIfAborted();
    if (stopReason(error) !== undefined) throw error;
    controller.log.warn(`${messageOf(error)}. Goes on as soon as the API server answers`);
    return AFTER_FAILURE_MS;
  }
}

async function turn(
  controller: Controller,
  upgrades: Watched<KubeObject>,
  shown: Shown,
  memory: Memory,
): Promise<number> {
  await shown.settle();
  shown.see(upgrades.objects.values());
  const choice = chooseUpgrade(upgrades.objects.values());
  showOthers(choice, shown);
  const { active } = choice;
  if (memory.run && memory.run.upgrade.metadata.uid !== active?.upgrade.metadata.uid) {
    controller.log.info(`CalicoUpgrade ${memory.run.upgrade.metadata.name} is no longer at work`);
    await close(memory);
    memory.looksForOrphans = true;
  }
  // An upgrade that has come to its nodes finishes those that others left, too.
  const goesOn = active && !isRefused(active, memory);
  if (goesOn && !choice.isOver && hasBegunNodes(active)) memory.looksForOrphans = false;
  else {
    const left = await lookAfterOrphans(controller, memory);
    if (left && !(goesOn && left === 'stuck')) return ORPHANS_MS;
  }
  if (!active) {
    controller.metrics.setStatus(undefined);
    return IDLE_MS;
  }
  await memory.orphans?.close();
  memory.orphans = undefined;
  return turnOf(controller, active, shown, memory);
}

function showOthers({ invalid, waiting, active }: Choice, shown: Shown): void {
  for (const { upgrade, problems } of invalid) {
    shown.show(upgrade, { ...stored(upgrade), phase: 'Invalid', message: problems.join('; ') });
  }
  for (const upgrade of waiting) {
    const message = `waits until CalicoUpgrade ${active?.upgrade.metadata.name} is over, or deleted`;
    shown.show(upgrade, { ...stored(upgrade), phase: 'Planned', message });
  }
}

const stored = (upgrade: KubeObject): Partial<StatusFacts> => readStatus(upgrade.status) ?? {};

async function turnOf(
  controller: Controller,
  { upgrade, spec }: Actionable,
  shown: Shown,
  memory: Memory,
): Promise<number> {
  const observedSpec = fingerprint(upgrade.spec);
  if (memory.run && memory.run.plannedFor !== planFingerprint(spec, spec.rollback || memory.run.isRollback)) {
    await close(memory);
  }
  if (!memory.run) {
    if (isRefused({ upgrade, spec }, memory)) return IDLE_MS;
    try {
      memory.run = await openRun(controller, upgrade, spec);
      memory.refused = undefined;
    } catch (error) {
      const reason = stopReason(error);
      if (reason === undefined) throw error;
      memory.refused = refusalOf(upgrade);
      // It may have been at work on a node before its spec was changed.
      memory.looksForOrphans = true;
      const message = `${reason}. ${resumeText(upgrade.metadata.name, spec.resume)}`;
      controller.log.error({ stage: 'preflight' }, message);
      controller.events.onUpgrade(upgrade, { type: 'Warning', reason: 'Stopped', message });
      const { plannedFor: _, ...kept } = stored(upgrade);
      shown.show(upgrade, { ...kept, phase: 'Stopped', message, observedSpec });
      return 1;
    }
  }
  const turned = await takeTurn(memory.run, upgrade, spec, new Date());
  return afterTurn(controller, turned, upgrade, shown, memory);
}

/** Whether an upgrade could not be begun, by this process or one before, and nobody has changed its spec since. */
function isRefused({ upgrade }: Actionable, { run, refused }: Memory): boolean {
  if (run) return false;
  const observedSpec = fingerprint(upgrade.spec);
  const before = readStatus(upgrade.status);
  const wasRefused =
    before?.phase === 'Stopped' && before.plannedFor === undefined && before.observedSpec === observedSpec;
  return wasRefused || refused === refusalOf(upgrade);
}

const refusalOf = ({ metadata: { uid }, spec }: KubeObject): string => `${uid} ${fingerprint(spec)}`;

/** Whether an upgrade may have nodes under way: orphans are none of its own. */
function hasBegunNodes({ upgrade, spec }: Actionable): boolean {
  const { steps = [], phase } = readStatus(upgrade.status) ?? {};
  if (spec.rollback || phase === 'RollingBack') return true;
  return steps.some(({ name, startedAt }) => name === 'node-rollout' && startedAt !== undefined);
}

async function afterTurn(
  { metrics }: Controller,
  turned: Turned,
  upgrade: KubeObject,
  shown: Shown,
  memory: Memory,
): Promise<number> {
  const { facts, wakeMs, isMilestone, goesBack } = turned;
  if (memory.run) memory.run.made.facts = facts;
  metrics.setStatus(shown.show(upgrade, facts, isMilestone));
  if (goesBack) await close(memory);
  return wakeMs;
}

/** Ends what a run follows and does; the next one begins with what the cluster shows. */
async function close(memory: Memory): Promise<void> {
  const { run, orphans } = memory;
  memory.run = undefined;
  memory.orphans = undefined;
  await Promise.all([run?.made.rollout?.close(), orphans?.close()]);
}

/** What is left of them; undefined where there are none, or nothing can be done for them: an upgrade says then which right is missing. */
async function lookAfterOrphans(controller: Controller, memory: Memory): Promise<Left | undefined> {
  try {
    return await finishOrphans(controller, memory);
  } catch (error) {
    const reason = stopReason(error);
    if (reason === undefined) throw error;
    controller.log.warn(`nodes that an upgrade may have left in the middle are not looked after: ${reason}`);
    await memory.orphans?.close();
    memory.orphans = undefined;
    memory.looksForOrphans = false;
    return undefined;
  }
}

async function finishOrphans(controller: Controller, memory: Memory): Promise<Left | undefined> {
  if (memory.looksForOrphans && !memory.orphans) memory.orphans = await openOrphans(controller);
  memory.looksForOrphans = false;
  const left = await memory.orphans?.turn();
  if (left) return left;
  await memory.orphans?.close();
  memory.orphans = undefined;
  return undefined;
}
