import assert from 'node:assert/strict';
import type { Decision } from '../../../../controller/rollout/decide.ts';
import type { RolloutPlan } from '../../../../controller/rollout/types.ts';
import { plan } from '../facts.ts';
import { act, newController, observe, takeTurn } from './controller.ts';
import { FAULTY_SECONDS, type Fault, happen, type Surroundings } from './faults.ts';
import {
  checkDecision,
  checkDeletion,
  checkEnd,
  checkFinished,
  keepLedger,
  type Ledger,
} from './invariants.ts';
import { changeNode, heal, imagesOf, newWorld, passSecond, TICK_MS, type World } from './world.ts';

/** A cluster, how its rollout is limited, and what happens. */
export interface Story {
  readonly nodes: number;
  readonly limits: Partial<RolloutPlan>;
  readonly lives: World['lives'];
  /** How long the first requests take, in seconds. */
  readonly slowness: readonly number[];
  readonly faults: readonly Fault[];
}

interface Play extends Surroundings {
  readonly limits: Partial<RolloutPlan>;
  readonly ledger: Ledger;
  /** When the rollout was stopped by a failure. */
  stoppedAt: number | undefined;
  /** Nodes under way whose failure was told in an earlier turn. */
  readonly told: Set<string>;
}

/** Healthy, a node takes less than 20 s; and after a stop, budgets pass. */
const LONGEST_SECONDS = FAULTY_SECONDS + 3_000;

/** After the last fault, watches may be late for a moment. */
const SETTLING_SECONDS = 60;

/** A person looks at a rollout that stopped after so long, and says to go on. */
const PERSON_MS = 20 * TICK_MS;

/** Plays a rollout to its end, and checks all the time what must hold. Returns how many seconds it took. */
export function play(story: Story): number {
  const one = open(story);
  const left = [...story.faults];
  for (let second = 0; second < LONGEST_SECONDS; second += 1) {
    for (let fault = left[0]; fault && fault.at <= second; fault = left[0]) {
      happen(fault, one);
      left.shift();
    }
    if (second === FAULTY_SECONDS) heal(one.world);
    comeBack(one);
    passSecond(one.world);
    const decision = oneTurn(one);
    if (second > FAULTY_SECONDS + SETTLING_SECONDS && isOver(decision, one)) {
      checkEnd(one.world);
      return second;
    }
  }
  assert.fail(`it has not ended: ${JSON.stringify([...one.world.nodes.values()])}`);
}

function open({ nodes, limits, lives, slowness }: Story): Play {
  // Where nobody asks for BGP, it has to come with Ready.
  const bgp = limits.checksBgp === false ? { bgp: 0 } : {};
  const world = newWorld(
    nodes,
    lives.map(life => ({ ...life, ...bgp })),
  );
  world.revision = 'r2';
  const controller = newController(slowness.map(seconds => seconds * TICK_MS));
  const nothing = { pausedUntil: 0, edited: new Map(), backAt: new Map(), stoppedAt: undefined };
  return { world, controller, limits, ledger: new Map(), told: new Set(), ...nothing };
}

function oneTurn(one: Play): Decision {
  const { world, controller, ledger } = one;
  const wanted = plan({ ...one.limits, revision: world.revision, images: imagesOf(world.revision) });
  keepLedger(ledger, world, wanted);
  act(controller, world);
  observe(controller, world);
  const isResumed = one.stoppedAt !== undefined && world.now - one.stoppedAt >= PERSON_MS;
  if (isResumed) one.stoppedAt = undefined;
  const mayBegin = one.stoppedAt === undefined && world.now >= one.pausedUntil;
  const { decision, seen } = takeTurn(controller, world, wanted, mayBegin, uid =>
    checkDeletion(uid, ledger, one, wanted),
  );
  checkDecision(decision, seen, wanted, mayBegin);
  checkFinished(decision, one.told, wanted);
  for (const node of one.told) if (!decision.currentNodes.includes(node)) one.told.delete(node);
  for (const node of decision.troubled) one.told.add(node);
  if (isResumed) for (const node of decision.troubled) controller.memory.acknowledged.add(node);
  else if (decision.failures.length > 0) one.stoppedAt ??= world.now;
  return decision;
}

const isOver = ({ isDone, isIdle }: Decision, { controller, world }: Play): boolean =>
  isDone && isIdle && controller.underWay.size === 0 && world.pulls.size === 0;

function comeBack({ world, backAt }: Surroundings): void {
  for (const [name, at] of backAt) {
    if (at > world.now) continue;
    backAt.delete(name);
    changeNode(world, name, { isReady: true });
  }
}
