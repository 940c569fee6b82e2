import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordedRequest } from '../../faults/fault.ts';
import { freeLock, type KillPoint, killAt } from './killed.ts';
import { useKilledWorld } from './killed-world.ts';
import { changesCluster, writeKind } from './write-kinds.ts';

const isCounted = (request: RecordedRequest): boolean =>
  changesCluster(request) || writeKind(request) === 'status';

/** Of an upgrade of three nodes; a kill is a write that was reached. */
const FEWEST_WRITES = 20;

/** The request of that number, counted from 1, of those that change the cluster or tell the status. */
function numbered(number: number): KillPoint['isAt'] {
  let seen = 0;
  return request => {
    if (isCounted(request)) seen += 1;
    return seen === number;
  };
}

/** F2: an upgrade for each write; the controller is killed there once, and the next one ends the upgrade. */
export function describeKilledAtEach(when: KillPoint['when']): void {
  describe(`a controller that is killed ${when} each write in turn`, () => {
    const live = useKilledWorld();

    test('is followed by one that ends the upgrade, whatever the write', async t => {
      let current = live.start();
      await current.says('this controller is the one at work');
      let next = live.start();
      let kills = 0;
      for (let number = 1, isKilled = true; isKilled; number += 1) {
        await t.test(`write ${number}`, async () => {
          await live.rounds.begin();
          const over = new AbortController();
          const completed = live.rounds.complete().finally(() => over.abort());
          isKilled = await killAt(live.world, current, { when, isAt: numbered(number) }, over.signal);
          if (isKilled) {
            kills += 1;
            await freeLock(live.world);
            current = next;
            next = live.start();
          }
          await completed;
        });
      }
      for (const controller of [next, current]) await controller.stop();
      assert.ok(kills > FEWEST_WRITES, `only ${kills} writes`);
    });
  });
}
