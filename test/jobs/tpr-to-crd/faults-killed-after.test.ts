import { test } from 'node:test';
import { killAtEachWrite } from './fault-kill.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

// F1; apart from faults-killed.test.ts, so that both run at the same time.
test('killed after the server did each write: the next run ends as if nothing had been', t =>
  killAtEachWrite(suite, 'after', t));
