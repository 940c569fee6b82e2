import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedObjects } from '../../cluster/seed.ts';
import { backupNames } from '../content.ts';
import { LARGE_TPR } from './fault-data.ts';
import { killAt, killAtEachWrite } from './fault-kill.ts';
import { assertOutcome, readOutcome } from './fault-outcome.ts';
import { TPR_DEFINED_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane({ subject: TPR_DEFINED_SUBJECT });

// F1; faults-defining.test.ts has the writes that define CRDs.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each write of objects: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t));
}

test('killed between the parts of a backup: the next run completes it', async () => {
  const { lane } = suite;
  await seedObjects(lane.admin, [LARGE_TPR]);
  await lane.run();
  const reference = await readOutcome(lane.admin);
  const configMaps = Object.keys(reference.backups).length;
  assert.ok(configMaps > 2, 'one part and the index only');
  for (let at = 1; at < configMaps; at += 1) {
    await lane.clean();
    await killAt(lane, at, 'after');
    assert.deepEqual(await backupNames(lane.admin), [], 'a backup without all its parts looks complete');
    const { exitCode, log } = await lane.run();
    assert.equal(exitCode, 0, log);
    await assertOutcome(lane.admin, reference, log);
  }
});
