import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault, FaultAction, FaultFilter } from '../../faults/fault.ts';
import { effects, STORED_WRITES } from './fault-plan.ts';
import { useFaultLane } from './fault-suite.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

const IMPATIENT = ['--retry-timeout', '2', '--request-timeout', '1'];

/** Seconds: the retries of IMPATIENT, those of the report, and what a busy machine needs. */
const BOUND = 20;

const AWAY_AT: readonly (readonly [when: string, match: FaultFilter])[] = [
  ['before it has answered anything', {}],
  ['while the data is read', { path: /globalbgppeers/ }],
  ['while the CRDs are defined', { methods: ['POST'], path: /\/customresourcedefinitions$/ }],
  ['while objects are written', { methods: ['POST'], path: /\/bgppeers$/ }],
  ['while Nodes are changed', { methods: ['PATCH'] }],
];

const FOR_EVER: readonly (readonly [what: string, action: FaultAction])[] = [
  ['closes every connection', { do: 'refuse' }],
  ['resets every connection', { do: 'reset' }],
  ['never answers', { do: 'stall' }],
  ['answers 429 to everything', { do: 'status', code: 429, retryAfterSeconds: 1 }],
  ['answers 500 to everything', { do: 'status', code: 500 }],
];

describe('an API server that is away', { timeout: 600_000 }, () => {
  const suite = useFaultLane();

  // Five seconds stand for minutes: see the default of --retry-timeout.
  for (const [when, match] of AWAY_AT) {
    test(`${when}: the run waits for it and ends as if nothing had been`, async () => {
      const { exitCode, log } = await suite.lane.run([{ match, action: { do: 'away', ms: 5000 } }]);
      assert.equal(exitCode, 0, log);
      await suite.isComplete(log);
    });
  }

  test('for longer than the run waits: it says so, and the next one ends as if nothing had been', async () => {
    const match = { methods: ['POST'], path: /\/bgppeers$/ };
    const run = await suite.lane.run([{ match, action: { do: 'away', ms: 8000 } }], IMPATIENT);
    assert.equal(run.exitCode, 1, run.log);
    assert.match(run.sentence, /Nothing is lost: start the job again when the API server answers/);
    await suite.nextRunCompletes();
  });
});

describe('an API server that does not recover', { timeout: 600_000 }, () => {
  const suite = useFaultLane();

  /** A run that fails for ever ends soon, and says what was wrong and what to do. */
  async function fails(faults: readonly Fault[], options: readonly string[] = IMPATIENT) {
    const started = performance.now();
    const run = await suite.lane.run(faults, options);
    const seconds = (performance.now() - started) / 1000;
    assert.equal(run.exitCode, 1, run.log);
    assert.ok(seconds < BOUND, `${seconds} s`);
    assert.equal(run.stdout.trimEnd().split('\n').at(-1)?.includes('error: '), true, run.log);
    return run;
  }

  for (const [what, action] of FOR_EVER) {
    test(`${what}: the job gives up in bounded time and says what to do`, async () => {
      const { sentence } = await fails([{ action, times: ALWAYS }]);
      assert.match(
        sentence,
        /^(GET|POST) \/.*Nothing is lost: start the job again when the API server answers$/,
      );
    });
  }

  test('nobody listens: the job gives up in bounded time and names the server', async () => {
    const run = await suite.lane.run([{ action: { do: 'away', ms: BOUND * 1000 } }], IMPATIENT);
    assert.equal(run.exitCode, 1, run.log);
    assert.match(run.sentence, /ECONNREFUSED.*https:\/\/127\.0\.0\.1:\d+/);
  });

  test('a list that fails never counts as empty: nothing is written', async () => {
    const action: FaultAction = { do: 'status', code: 500 };
    const match = { path: /\/projectcalico\.org\/v1\/ippools/ };
    const { requests, sentence } = await fails([{ match, action, times: ALWAYS }]);
    assert.match(sentence, /ippools/);
    assert.deepEqual(effects(requests), { 'POST /api/v1/namespaces/default/configmaps': 1 });
    await suite.nextRunCompletes();
  });

  test('writes fail, reads do not: the next run ends as if nothing had been', async () => {
    const action: FaultAction = { do: 'status', code: 503 };
    await fails([{ match: STORED_WRITES, at: 6, action, times: ALWAYS }]);
    await suite.nextRunCompletes();
  });

  test('every write is a conflict: the job gives up, and the next run ends as if nothing had been', async () => {
    const action: FaultAction = { do: 'status', code: 409 };
    const match = { methods: ['PATCH'] };
    const run = await suite.lane.run([{ match, action, times: ALWAYS }]);
    assert.equal(run.exitCode, 1, run.log);
    await suite.nextRunCompletes();
  });
});
