import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultAction, FaultFilter } from '../../faults/fault.ts';
import { effects } from './fault-plan.ts';
import { TPR_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane({ subject: TPR_SUBJECT });

const SILENCES: readonly (readonly [what: string, action: FaultAction])[] = [
  ['not done', { do: 'stall' }],
  ['although the server did it', { do: 'stall-after' }],
];

// F3. Half a second stands for the 30 of the default.
describe('every request of a run, once without an answer', { timeout: 600_000 }, () => {
  for (const [what, action] of SILENCES) {
    test(`${what}: is sent again, and each thing is done once`, async () => {
      suite.assertAllHit(await suite.survives([{ each: true, action }], ['--request-timeout', '0.5']));
    });
  }
});

/** How long a job waits for the other one. */
const PATIENCE_MS = 20_000;

/** Holds requests until that many have come: so several jobs do the same thing at the same time. */
function meeting(match: FaultFilter, count: number): { fault: Fault; arrived(): number } {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  const call = () => {
    arrived += 1;
    if (arrived === count) all.resolve();
    return Promise.race([all.promise, sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
  return {
    fault: { match, times: count, action: { do: 'call', when: 'before', call } },
    arrived: () => arrived,
  };
}

describe('two jobs at once', { timeout: 600_000 }, () => {
  const twice = (path: RegExp, count = 1, methods = ['POST']) => meeting({ methods, path }, 2 * count);

  test('that send each kind of write at the same time: both end well, and each thing is done once', async () => {
    const { lane, reference } = suite;
    const meetings = [
      twice(/\/customresourcedefinitions$/, 5),
      twice(/\/globalfelixconfigs$/, 2),
      twice(/\/globalnetworkpolicies$/),
      twice(/\/nodes\//, 2, ['PATCH']),
    ];
    const backups = twice(/\/configmaps$/);
    lane.proxy.reset();
    lane.proxy.setFaults([backups, ...meetings].map(({ fault }) => fault));
    const runs = await Promise.all([lane.start().result, lane.start().result]);
    const log = runs.map(({ stdout }) => stdout).join('\n');
    assert.deepEqual([runs[0].exitCode, runs[1].exitCode], [0, 0], log);
    assert.deepEqual(
      [backups, ...meetings].map(({ arrived }) => arrived()),
      [2, 10, 4, 2, 4],
    );
    await suite.isComplete(log);
    assert.deepEqual(effects(lane.proxy.requests), effects(reference.run.requests), log);
  });

  test('one inside the other: both end well, and each thing is done once', async () => {
    const { lane, reference } = suite;
    const inner = Promise.withResolvers<string>();
    const call = async () => {
      const { exitCode, stdout } = await lane.start().result;
      inner.resolve(`exit ${exitCode}\n${stdout}`);
    };
    const match = { methods: ['POST'], path: /\/ippools$/ };
    const outer = await lane.run([{ match, action: { do: 'call', when: 'before', call } }]);
    const log = `${outer.log}\n${await inner.promise}`;
    assert.equal(outer.exitCode, 0, log);
    assert.match(await inner.promise, /^exit 0\n/);
    await suite.isComplete(log);
    assert.deepEqual(effects(outer.requests), effects(reference.run.requests), log);
  });

  test('as it happens: both end well, and the content is right', async () => {
    const { lane } = suite;
    lane.proxy.reset();
    const runs = await Promise.all([lane.start().result, lane.start().result]);
    const log = runs.map(({ stdout }) => stdout).join('\n');
    assert.deepEqual([runs[0].exitCode, runs[1].exitCode], [0, 0], log);
    await suite.isComplete(log);
  });
});
