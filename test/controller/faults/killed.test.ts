import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ControllerProcess } from '../controller-process.ts';
import { freeLock, killAt } from './killed.ts';
import { type ProxiedWorld, startProxiedWorld } from './proxied-world.ts';
import { type Rounds, startRounds } from './rounds.ts';
import { changesCluster, WRITE_KINDS, writeKind } from './write-kinds.ts';

const AT_WORK = 'this controller is the one at work';

// F2 and F14. Every single write of an upgrade is a kill point in killed.slow.ts.
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
  const start = (): ControllerProcess => world.startController({ nodeName: 'n1' });

  for (const when of ['before', 'after'] as const) {
    test(`${when} each kind of write of one upgrade is gone on with by one that waits for its lock`, async () => {
      await using running = new AsyncDisposableStack();
      let current = running.use(start());
      await current.says(AT_WORK);
      await rounds.begin();
      for (const kind of WRITE_KINDS) {
        const next = running.use(start());
        await killAt(world, current, { when, isAt: request => writeKind(request) === kind });
        await freeLock(world);
        current = next;
      }
      await rounds.complete();
      assert.equal(await current.stop(), 0);
    });
  }

  test('has let no other one do anything before', async () => {
    await using first = start();
    await first.says(AT_WORK);
    const otherWay = await world.openProxy();
    await using second = world.startController({ nodeName: 'n1' }, otherWay);
    await second.says('another controller is at work');
    await rounds.begin();
    await killAt(world, first, { when: 'after', isAt: request => writeKind(request) === 'delete' });
    assert.deepEqual(
      otherWay.requests.filter(({ method }) => method !== 'GET'),
      [],
    );
    await rounds.complete();
    assert.ok(otherWay.requests.some(changesCluster));
  });
});
