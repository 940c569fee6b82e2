import { test } from 'node:test';
import { killAtEachWrite } from '../tpr-to-crd/fault-kill.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_SUBJECT });

// F1; apart from faults-killed.test.ts, so that both run at the same time.
test('killed after the server did each write: the next run ends as if nothing had been', t =>
  killAtEachWrite(suite, 'after', t));
