import { test } from 'node:test';
import { killAtEachWrite } from '../tpr-to-crd/fault-kill.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_DEFINED_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_DEFINED_SUBJECT });

// F1; faults-killed-defining.test.ts has the writes that define kinds.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each write of objects: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t));
}
