import { after, before } from 'node:test';
import type { ControllerProcess } from '../controller-process.ts';
import { type ProxiedWorld, startProxiedWorld } from './proxied-world.ts';
import { type Rounds, startRounds } from './rounds.ts';

/** Three nodes behind a proxy, and the upgrades that are tried on them, one after the other. */
export interface KilledWorld {
  readonly world: ProxiedWorld;
  readonly rounds: Rounds;
  /** A controller on the first node. */
  start(): ControllerProcess;
}

/** Gives the tests of a `describe` such a world. */
export function useKilledWorld(): KilledWorld {
  let started: { readonly world: ProxiedWorld; readonly rounds: Rounds } | undefined;
  const current = () => {
    if (!started) throw new Error('the world is there only while tests run');
    return started;
  };
  before(async () => {
    const world = await startProxiedWorld({
      nodes: 3,
      calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
      behaviour: () => ({ pullMs: 50, readyMs: 100 }),
    });
    started = { world, rounds: startRounds(world) };
  });
  after(() => started?.world[Symbol.asyncDispose]());
  return {
    get world() {
      return current().world;
    },
    get rounds() {
      return current().rounds;
    },
    start: () => current().world.startController({ nodeName: 'n1' }),
  };
}
