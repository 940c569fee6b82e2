import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundaryName, type KillMoment, killAt, writesOf } from './fault-kill.ts';
import { assertUntouched, readOutcome } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const MOMENTS: readonly KillMoment[] = ['before', 'after'];

const suite = useFaultLane();

/** The state after a start that came to its end. */
async function finished(): Promise<void> {
  await suite.lane.clean();
  await suite.succeeds(['start']);
}

// F1 for what ends a migration.
test('an abort that is killed at each write: the next one leaves nothing', async t => {
  await finished();
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

test('a complete that is killed at each write: the next one completes', async t => {
  await finished();
  const reference = await suite.succeeds(['complete']);
  const outcome = await readOutcome(suite.lane);
  for (const write of writesOf(reference)) {
    for (const when of MOMENTS) {
      await t.test(`${when} ${boundaryName(write)}`, async () => {
        await finished();
        await killAt(suite.lane, ['complete'], write, when);
        const { log } = await suite.succeeds(['complete']);
        assert.deepEqual(await readOutcome(suite.lane), outcome, log);
      });
    }
  }
});

test('an abort --after-complete that is killed at each write: the next one goes back, and abort leaves nothing', async t => {
  const completed = async () => {
    await finished();
    await suite.succeeds(['complete']);
  };
  const args = ['abort', '--after-complete'];
  await completed();
  const reference = await suite.succeeds(args);
  const outcome = await readOutcome(suite.lane);
  for (const write of writesOf(reference)) {
    await t.test(`before ${boundaryName(write)}`, async () => {
      await completed();
      await killAt(suite.lane, args, write, 'before');
      const { log } = await suite.succeeds(args);
      // Only the end of the lock was missing: then all that is left to undo is undone.
      if (write.name !== 'Lease/LeaseRevoke') assert.deepEqual(await readOutcome(suite.lane), outcome, log);
      await suite.succeeds(['abort']);
      await assertUntouched(suite.lane, log);
    });
  }
});
