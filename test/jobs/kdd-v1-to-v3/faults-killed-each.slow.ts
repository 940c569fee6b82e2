import { test } from 'node:test';
import { killAtEachWrite } from '../tpr-to-crd/fault-kill.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_SUBJECT });

// F1, with the kinds of 3.0 defined anew each time; faults-killed.test.ts spares most writes that.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each write: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t));
}
