import { test } from 'node:test';
import { boundaryName, type KillMoment, killAt, writesOf } from './fault-kill.ts';
import { assertUntouched } from './fault-outcome.ts';
import { stateAfter } from './fault-state.ts';
import { useFaultLane } from './fault-suite.ts';

const MOMENTS: readonly KillMoment[] = ['before', 'after'];

const suite = useFaultLane();

// F1 for what undoes a migration.
test('an abort that is killed at each write: the next one leaves nothing', async t => {
  const finished = await stateAfter(suite, ['start']);
  const reference = await suite.succeeds(['abort']);
  await assertUntouched(suite.lane, reference.log);
  for (const write of writesOf(reference)) {
    for (const when of MOMENTS) {
      await t.test(`${when} ${boundaryName(write)}`, async () => {
        await finished();
        await killAt(suite.lane, ['abort'], write, when);
        await assertUntouched(suite.lane, (await suite.succeeds(['abort'])).log);
      });
    }
  }
});
