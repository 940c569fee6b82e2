import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WRITES } from './fault-kill.ts';
import type { Faults } from './fault-lane.ts';
import { assertUntouched } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

// F6. A second stands for the 30 of the default.
const ENV = { CALICO_UPGRADE_REQUEST_TIMEOUT: '1' };

const SILENT: readonly (readonly [what: string, faults: Faults])[] = [
  [
    'every request to etcd v3 is not answered once',
    { v3: [{ each: true, times: 1, action: { do: 'stall' } }] },
  ],
  [
    'each write, and each watch, is carried out and not answered once',
    {
      v2: [
        { each: true, match: WRITES.v2, action: { do: 'stall-after' } },
        { each: true, match: { path: /wait=true/ }, action: { do: 'stall-after' } },
      ],
      v3: [{ each: true, times: 1, match: { methods: ['WRITE', 'STREAM'] }, action: { do: 'stall-after' } }],
    },
  ],
  [
    'each write to etcd v2, and each read through the majority, gets lost once',
    {
      v2: [
        { each: true, match: WRITES.v2, action: { do: 'stall' } },
        { each: true, match: { path: /quorum=true/ }, action: { do: 'stall' } },
      ],
    },
  ],
];

for (const [what, faults] of SILENT) {
  test(`${what}: the run goes on, and each thing is done once`, { timeout: 600_000 }, async () => {
    const { lane } = suite;
    await lane.clean();
    const run = await lane.run(['start'], faults, ENV);
    assert.equal(run.exitCode, 0, run.log);
    await suite.isMigrated(run.log);
    const aborted = await lane.run(['abort'], faults, ENV);
    assert.equal(aborted.exitCode, 0, aborted.log);
    await assertUntouched(lane, aborted.log);
  });
}
