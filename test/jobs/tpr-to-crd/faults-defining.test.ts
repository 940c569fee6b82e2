import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultAction } from '../../faults/fault.ts';
import { killAt, killAtEachWrite } from './fault-kill.ts';
import { TPR_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane({ subject: TPR_SUBJECT });

const DEFINITIONS = { methods: ['POST'], path: /\/customresourcedefinitions$/ };

// F1; faults-killed.test.ts has the writes of objects, faults-killed-each.slow.ts every write on a cluster without CRDs.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each definition of a CRD: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t, ({ path }) => DEFINITIONS.path.test(path)));
}

test('killed four times in a row: the next run ends as if nothing had been', async () => {
  for (const when of ['before', 'after', 'before', 'after'] as const) await killAt(suite.lane, 5, when);
  await suite.nextRunCompletes();
});

// F3; faults-outage.test.ts has the other moments.
test('an API server that is away while the CRDs are defined: the run waits for it and ends as if nothing had been', async () => {
  const action: FaultAction = { do: 'away', ms: 2000 };
  const run = await suite.lane.run([{ match: DEFINITIONS, action }]);
  assert.equal(run.exitCode, 0, run.log);
  assert.match(run.log, /; trying again in /);
  await suite.isComplete(run.log);
});

test('nobody listens any more while the CRDs are defined: the next run ends as if nothing had been', async () => {
  const action: FaultAction = { do: 'away', ms: 600_000 };
  const run = await suite.lane.run([{ match: DEFINITIONS, action }], ['--retry-timeout', '2']);
  assert.equal(run.exitCode, 1, run.log);
  assert.match(run.sentence, /API server https:\/\/127\.0\.0\.1:\d+/);
  await suite.nextRunCompletes();
});
