import fc from 'fast-check';
import { type ModelController, restart } from './controller.ts';
import { addNode, changeNode, removeNode, TICK_MS, type World } from './world.ts';

/** What goes on besides the rollout. */
export interface Surroundings {
  readonly world: World;
  readonly controller: ModelController;
  pausedUntil: number;
  /** Nodes whose notes somebody edited, and when: what we know of their windows is lost. */
  readonly edited: Map<string, number>;
  /** Nodes that become Ready again, and when. */
  readonly backAt: Map<string, number>;
}

type Happening = (around: Surroundings, node: string, seconds: number) => void;

const HAPPENINGS = {
  'controller killed': ({ controller }) => restart(controller),
  'watch of nodes stalls': (around, _node, seconds) => stall(around, 'nodes', seconds),
  'watch of pods stalls': (around, _node, seconds) => stall(around, 'pods', seconds),
  'node away': ({ world, backAt }, node, seconds) => {
    changeNode(world, node, { isReady: false });
    backAt.set(node, world.now + seconds * 3 * TICK_MS);
  },
  'node removed': ({ world }, node) => removeNode(world, node),
  'node added': ({ world }, _node, seconds) => {
    if (world.nodes.size < 8) addNode(world, `added${world.made}`, `rack${seconds % 3}`);
  },
  'user cordons': ({ world }, node) => {
    if (world.nodes.get(node)?.isUnschedulable !== false) return;
    changeNode(world, node, { isUnschedulable: true });
    world.userCordons.add(node);
  },
  'user uncordons': ({ world }, node) => {
    if (world.userCordons.delete(node)) changeNode(world, node, { isUnschedulable: false });
  },
  'note edited': ({ world, edited }, node) => {
    if (!world.nodes.get(node)?.replacing) return;
    changeNode(world, node, { replacing: undefined });
    edited.set(node, world.now);
  },
  'all notes deleted': ({ world, edited }, node) => {
    if (!world.nodes.get(node)?.replacing) return;
    changeNode(world, node, { replacing: undefined, cordonedBy: undefined });
    edited.set(node, world.now);
    if (world.nodes.get(node)?.isUnschedulable) world.userCordons.add(node);
  },
  'going back': ({ world }) => {
    world.revision = 'r1';
  },
  'going on': ({ world }) => {
    world.revision = 'r2';
  },
  'images refused': ({ world }, node, seconds) => {
    world.unpullable.set(node, world.now + seconds * 3 * TICK_MS);
  },
  paused: (around, _node, seconds) => {
    around.pausedUntil = around.world.now + seconds * TICK_MS;
  },
} satisfies Record<string, Happening>;

/** One thing that happens, and when. */
export interface Fault {
  readonly at: number;
  readonly what: keyof typeof HAPPENINGS;
  readonly node: string;
  readonly seconds: number;
}

/** Until when faults may happen, in seconds. */
export const FAULTY_SECONDS = 400;

const NAMES = Object.keys(HAPPENINGS).filter(name => name in HAPPENINGS);
const isWhat = (name: string): name is Fault['what'] => name in HAPPENINGS;

/** Anything that may happen to a cluster of so many nodes, in order. */
export const anyFaults = (nodes: number): fc.Arbitrary<readonly Fault[]> =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: 0, max: FAULTY_SECONDS }),
        what: fc.constantFrom(...NAMES.filter(isWhat)),
        node: fc.integer({ min: 1, max: nodes }).map(at => `n${at}`),
        seconds: fc.integer({ min: 1, max: 60 }),
      }),
      { maxLength: 15, size: 'max' },
    )
    .map(faults => faults.toSorted((a, b) => a.at - b.at));

export const happen = ({ what, node, seconds }: Fault, around: Surroundings): void =>
  HAPPENINGS[what](around, node, seconds);

/** A watch can be dead for so long before that is noticed, and everything listed anew (field-lessons, F5). */
function stall({ controller, world }: Surroundings, what: 'nodes' | 'pods', seconds: number): void {
  controller.stalledUntil[what] = world.now + Math.min(seconds, 45) * TICK_MS;
}
