import { test } from 'node:test';
import { killAtEachWrite } from './fault-kill.ts';
import { TPR_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane({ subject: TPR_SUBJECT });

// F1, with the CRDs defined anew each time; faults-killed.test.ts spares most writes that.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each write: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t));
}
