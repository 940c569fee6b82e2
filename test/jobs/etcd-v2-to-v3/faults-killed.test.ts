import { test } from 'node:test';
import { boundaryName, killAt, writesOf } from './fault-kill.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

// F1; faults-killed-after.test.ts has the other side of each write.
test('a start that is killed before each write: the next one ends as if nothing had been', async t => {
  for (const write of writesOf(suite.reference.run)) {
    await t.test(boundaryName(write), async () => {
      await suite.lane.clean();
      await killAt(suite.lane, ['start'], write, 'before');
      await suite.isMigrated((await suite.succeeds(['start'])).log);
    });
  }
});

test('a start that is killed four times in a row: the next one ends as if nothing had been', async () => {
  await suite.lane.clean();
  for (const when of ['before', 'after', 'before', 'after'] as const)
    await killAt(suite.lane, ['start'], { side: 'v3', at: 3, name: '' }, when);
  await suite.isMigrated((await suite.succeeds(['start'])).log);
});
