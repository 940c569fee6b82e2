import { describe, test } from 'node:test';
import type { RecordedRequest } from '../../faults/fault.ts';
import { freeLock, killAt } from './killed.ts';
import { useKilledWorld } from './killed-world.ts';
import { changesCluster, writeKind } from './write-kinds.ts';

const changesOrTells = (request: RecordedRequest): boolean =>
  changesCluster(request) || writeKind(request) === 'status';

/** The request of that number, counted from 1, of those that the filter takes. */
function numbered(number: number, isCounted: (request: RecordedRequest) => boolean) {
  let seen = 0;
  return (request: RecordedRequest): boolean => {
    if (isCounted(request)) seen += 1;
    return seen === number;
  };
}

// F2: an upgrade for each write; the controller is killed there once, and the next one ends the upgrade.
describe('a controller that is killed at each write in turn', () => {
  const live = useKilledWorld();

  for (const [what, isCounted] of [
    ['changes the cluster', changesCluster],
    ['changes the cluster or tells the status', changesOrTells],
  ] as const) {
    for (const when of ['before', 'after'] as const) {
      test(`${when} each that ${what}`, async t => {
        let current = live.start();
        await current.says('this controller is the one at work');
        let next = live.start();
        for (let number = 1, isKilled = true; isKilled; number += 1) {
          await t.test(`${number}`, async () => {
            await live.rounds.begin();
            const over = new AbortController();
            const completed = live.rounds.complete().finally(() => over.abort());
            const point = { when, isAt: numbered(number, isCounted) };
            isKilled = await killAt(live.world, current, point, over.signal);
            if (isKilled) {
              await freeLock(live.world);
              current = next;
              next = live.start();
            }
            await completed;
          });
        }
        for (const controller of [next, current]) await controller.stop();
      });
    }
  }
});
