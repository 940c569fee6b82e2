import { test } from 'node:test';
import { killAt, killAtEachWrite } from '../tpr-to-crd/fault-kill.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_SUBJECT });

// F1; faults-killed-after.test.ts has the other side of each write.
test('killed before each write: the next run ends as if nothing had been', t =>
  killAtEachWrite(suite, 'before', t));

test('killed four times in a row: the next run ends as if nothing had been', async () => {
  for (const when of ['before', 'after', 'before', 'after'] as const) await killAt(suite.lane, 4, when);
  await suite.nextRunCompletes();
});
