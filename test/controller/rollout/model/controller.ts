import { type Decision, decide, nodeName } from '../../../../controller/rollout/decide.ts';
import { lookAt, type Memory, newMemory } from '../../../../controller/rollout/seen.ts';
import { isSeen, seenWithinMs } from '../../../../controller/rollout/session.ts';
import type { Stores } from '../../../../controller/rollout/stores.ts';
import type { Action, RolloutPlan, Seen } from '../../../../controller/rollout/types.ts';
import { type Deed, type Doer, deedOf } from './deeds.ts';
import { storesOf } from './stores.ts';
import { shownPod, shownPull, type World } from './world.ts';

interface UnderWay {
  readonly action: Action;
  readonly deed: Deed;
  done: number;
  nextAt: number;
}

type StoreName = 'nodes' | 'pods' | 'prePulls';

/** A process of the controller: what it remembers, has under way, and how late its watches are. */
export interface ModelController {
  memory: Memory;
  readonly underWay: Map<string, UnderWay>;
  /** Everything that happened, one entry a second. */
  readonly history: Stores[];
  /** Up to which entry each watch has come. */
  readonly come: Record<StoreName, number>;
  /** Until when a watch shows nothing new. */
  readonly stalledUntil: Record<StoreName, number>;
  /** How long the next requests take, in milliseconds; then all take none. */
  readonly slowness: number[];
}

export const newController = (slowness: number[]): ModelController => ({
  memory: newMemory(),
  underWay: new Map(),
  history: [],
  come: { nodes: 0, pods: 0, prePulls: 0 },
  stalledUntil: { nodes: 0, pods: 0, prePulls: 0 },
  slowness,
});

/** It is killed: what it remembers is gone, and another one lists everything. */
export function restart(controller: ModelController): void {
  controller.memory = newMemory();
  controller.underWay.clear();
  const last = controller.history.length - 1;
  Object.assign(controller.come, { nodes: last, pods: last, prePulls: last });
}

/** Notes what is true now, and moves the watches on that are not stalled. */
export function observe(controller: ModelController, world: World): void {
  const { history, come, stalledUntil } = controller;
  history.push(
    storesOf(
      [...world.nodes.values()],
      [...world.pods.values()].map(pod => shownPod(world, pod)),
      [...world.pulls.values()].map(pull => shownPull(world, pull)),
    ),
  );
  for (const name of ['nodes', 'pods', 'prePulls'] as const) {
    if (stalledUntil[name] <= world.now) come[name] = history.length - 1;
  }
}

/** Sends the requests that are due. */
export function act(controller: ModelController, world: World): void {
  for (const entry of controller.underWay.values()) {
    while (entry.done < entry.deed.length && entry.nextAt <= world.now) {
      entry.deed[entry.done]?.();
      entry.done += 1;
      const isLast = entry.done === entry.deed.length;
      entry.nextAt = world.now + (isLast ? seenWithinMs(entry.action) : (controller.slowness.shift() ?? 0));
    }
  }
}

/** One turn, as a session takes it: what was decided, and by what. */
export function takeTurn(
  controller: ModelController,
  world: World,
  plan: RolloutPlan,
  mayBegin: boolean,
  onDelete: Doer['onDelete'],
): { readonly decision: Decision; readonly seen: Seen } {
  const { memory, underWay } = controller;
  const look = (): Seen =>
    lookAt(visible(controller), memory, busyNodes(underWay), plan, world.now, world.now);
  const before = look();
  for (const [name, { action, deed, done, nextAt }] of underWay) {
    if (done === deed.length && (world.now >= nextAt || isSeen(action, before))) underWay.delete(name);
  }
  const seen = { ...before, busy: busyNodes(underWay) };
  const decision = decide(seen, plan, mayBegin);
  for (const { node } of decision.failures) memory.told.add(node);
  for (const action of decision.actions) {
    const deed = deedOf(action, { world, memory, onDelete, revision: plan.revision });
    underWay.set(nodeName(action), {
      action,
      deed,
      done: 0,
      nextAt: world.now + (controller.slowness.shift() ?? 0),
    });
  }
  return { decision, seen };
}

const busyNodes = (underWay: ModelController['underWay']): Seen['busy'] =>
  new Map([...underWay].map(([node, { action }]) => [node, action.type]));

function visible({ history, come }: ModelController): Stores {
  const at = (index: number): Stores => history[index] ?? storesOf([], [], []);
  return {
    nodes: at(come.nodes).nodes,
    pods: at(come.pods).pods,
    prePulls: at(come.prePulls).prePulls,
    isSynced: () => true,
  };
}
