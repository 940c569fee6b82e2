import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { killAt } from './killed.ts';
import { type ProxiedWorld, startProxiedWorld } from './proxied-world.ts';
import { type Rounds, startRounds } from './rounds.ts';
import { WRITE_KINDS, writeKind } from './write-kinds.ts';

// F2. Every single write of an upgrade is a kill point in killed.slow.ts.
describe('a controller that is killed', () => {
  let world: ProxiedWorld;
  let rounds: Rounds;
  before(async () => {
    world = await startProxiedWorld({
      nodes: 3,
      calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
      behaviour: () => ({ pullMs: 50, readyMs: 100 }),
    });
    rounds = startRounds(world);
  });
  after(() => world[Symbol.asyncDispose]());

  for (const when of ['before', 'after'] as const) {
    test(`${when} each kind of write of one upgrade is gone on with by the next`, async () => {
      await rounds.begin();
      const never = new Promise<never>(() => undefined);
      for (const kind of WRITE_KINDS) {
        await using controller = world.startController({ nodeName: 'n1' });
        await killAt(world, controller, { when, isAt: request => writeKind(request) === kind }, never);
        assert.equal(controller.child.signalCode, 'SIGKILL', kind);
      }
      await using controller = world.startController({ nodeName: 'n1' });
      await rounds.complete();
      await controller.stop();
    });
  }
});
