import { test } from 'node:test';
import { boundaryName, killAt, writesOf } from './fault-kill.ts';
import { assertUntouched } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

// F1; apart from faults-killed.test.ts, so that both run at the same time.
test('a start that is killed after each write: the next one ends as if nothing had been', async t => {
  for (const write of writesOf(suite.reference.run)) {
    await t.test(boundaryName(write), async () => {
      await suite.lane.clean();
      await killAt(suite.lane, ['start'], write, 'after');
      await suite.isMigrated((await suite.succeeds(['start'])).log);
    });
  }
});

test('a start that is killed after each write: abort leaves nothing of it', async t => {
  for (const write of writesOf(suite.reference.run)) {
    await t.test(boundaryName(write), async () => {
      await suite.lane.clean();
      await killAt(suite.lane, ['start'], write, 'after');
      await assertUntouched(suite.lane, (await suite.succeeds(['abort'])).log);
    });
  }
});
