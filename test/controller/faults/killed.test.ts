import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freeLock, killAt } from './killed.ts';
import { useKilledWorld } from './killed-world.ts';
import { changesCluster, WRITE_KINDS, writeKind } from './write-kinds.ts';

const AT_WORK = 'this controller is the one at work';

// F2 and F14. Every single write of an upgrade is a kill point in killed-before-each.test.ts and killed-after-each.test.ts.
describe('a controller that is killed', () => {
  const live = useKilledWorld();

  for (const when of ['before', 'after'] as const) {
    test(`${when} each kind of write of one upgrade is gone on with by one that waits for its lock`, async () => {
      await using running = new AsyncDisposableStack();
      let current = running.use(live.start());
      await current.says(AT_WORK);
      await live.rounds.begin();
      for (const kind of WRITE_KINDS) {
        const next = running.use(live.start());
        await killAt(live.world, current, { when, isAt: request => writeKind(request) === kind });
        await freeLock(live.world);
        current = next;
      }
      await live.rounds.complete();
      assert.equal(await current.stop(), 0);
    });
  }

  test('has let no other one do anything before', async () => {
    await using first = live.start();
    await first.says(AT_WORK);
    const otherWay = await live.world.openProxy();
    await using second = live.world.startController({ nodeName: 'n1' }, otherWay);
    await second.says('another controller is at work');
    await live.rounds.begin();
    await killAt(live.world, first, { when: 'after', isAt: request => writeKind(request) === 'delete' });
    assert.deepEqual(
      otherWay.requests.filter(({ method }) => method !== 'GET'),
      [],
    );
    await live.rounds.complete();
    assert.ok(otherWay.requests.some(changesCluster));
  });
});
