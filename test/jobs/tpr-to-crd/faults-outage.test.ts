import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault, FaultAction, FaultFilter } from '../../faults/fault.ts';
import { effects, STORED_WRITES } from './fault-plan.ts';
import { TPR_DEFINED_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

const IMPATIENT = ['--retry-timeout', '2'];

/** Seconds: the retries of IMPATIENT, those of the report, and what a busy machine needs. */
const BOUND = 20;

/** Stands for minutes: see the default of --retry-timeout. */
const AWAY: FaultAction = { do: 'away', ms: 2000 };

/** And while the CRDs are defined: faults-defining.test.ts. */
const AWAY_AT: readonly (readonly [when: string, match: FaultFilter])[] = [
  ['before it has answered anything', {}],
  ['while the data is read', { path: /globalbgppeers/ }],
  ['while objects are written', { methods: ['POST'], path: /\/bgppeers$/ }],
  ['while Nodes are changed', { methods: ['PATCH'] }],
];

const FOR_EVER: readonly (readonly [what: string, action: FaultAction, says: RegExp])[] = [
  ['closes every connection', { do: 'refuse' }, /API server https:\/\/127\.0\.0\.1:\d+/],
  ['resets every connection', { do: 'reset' }, /API server https:\/\/127\.0\.0\.1:\d+/],
  ['never answers', { do: 'stall' }, /no answer in time \(API server https:\/\/127\.0\.0\.1:\d+\)/],
  ['answers 429 to everything', { do: 'status', code: 429, retryAfterSeconds: 1 }, /429: Too many requests/],
  ['answers 500 to everything', { do: 'status', code: 500 }, /500: Internal error occurred/],
  ['answers 503 to everything', { do: 'status', code: 503 }, /503: the server is currently unable/],
];

/** All that a run writes that has not begun to copy. */
const REPORT_ONLY = { 'POST /api/v1/namespaces/default/configmaps calico-upgrade-report-tpr-to-crd': 1 };

const exactly = (path: string): RegExp => new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

const CONFLICT: FaultAction = { do: 'status', code: 409 };

const suite = useFaultLane({ subject: TPR_DEFINED_SUBJECT });

describe('an API server that is away', { timeout: 600_000 }, () => {
  for (const [when, match] of AWAY_AT) {
    test(`${when}: the run waits for it and ends as if nothing had been`, async () => {
      const run = await suite.lane.run([{ match, action: AWAY }]);
      assert.equal(run.exitCode, 0, run.log);
      assert.match(run.log, /; trying again in /);
      await suite.isComplete(run.log);
    });
  }
});

describe('an API server that does not recover', { timeout: 600_000 }, () => {
  /** A run that fails for ever ends soon, and says what was wrong and what to do. */
  async function fails(fault: Fault, options: readonly string[] = IMPATIENT) {
    const run = await suite.lane.run([{ times: ALWAYS, ...fault }], options);
    assert.equal(run.exitCode, 1, run.log);
    assert.ok(run.seconds < BOUND, `${run.seconds} s: ${run.log}`);
    assert.match(run.stdout.trimEnd().split('\n').at(-1) ?? '', / error: /);
    assert.match(run.sentence, /Nothing is lost: start the job again when the API server answers$/);
    assert.doesNotMatch(run.log, /\n {4}at /, 'a stack trace');
    return run;
  }

  for (const [what, action, says] of FOR_EVER) {
    test(`${what}: the job gives up in bounded time and says what to do`, async () => {
      const timeout = action.do === 'stall' ? ['--request-timeout', '1'] : [];
      const { sentence } = await fails({ action }, [...IMPATIENT, ...timeout]);
      assert.match(sentence, /^(GET|POST) \//);
      assert.match(sentence, says);
    });
  }

  const NOBODY: FaultAction = { do: 'away', ms: 600_000 };

  test('nobody listens: the job gives up in bounded time and names the server', async () => {
    const { sentence } = await fails({ action: NOBODY, times: 1 });
    assert.match(sentence, /ECONNREFUSED.*API server https:\/\/127\.0\.0\.1:\d+/);
  });

  for (const [when, match] of AWAY_AT.slice(1)) {
    test(`nobody listens any more ${when}: the next run ends as if nothing had been`, async () => {
      const { sentence } = await fails({ match, action: NOBODY, times: 1 });
      assert.match(sentence, /API server https:\/\/127\.0\.0\.1:\d+/);
      await suite.nextRunCompletes();
    });
  }

  test('a list that fails never counts as empty: nothing is written', async t => {
    const paths = suite.reference.run.requests.map(({ path }) => path);
    const lists = new Set(paths.filter(path => path.includes('?limit=500')));
    assert.notEqual(lists.size, 0);
    for (const list of lists) {
      await t.test(list, async () => {
        const match = { methods: ['GET'], path: exactly(list) };
        const fault: Fault = { match, action: { do: 'status', code: 500 } };
        const { requests, sentence } = await fails(fault, ['--retry-timeout', '0.3']);
        assert.ok(sentence.startsWith(`GET ${list.replace(/\?.*/, '')}: 500: `), sentence);
        assert.deepEqual(effects(requests), REPORT_ONLY);
      });
    }
  });

  test('writes fail, reads do not: the next run ends as if nothing had been', async () => {
    await fails({ match: STORED_WRITES, at: 6, action: { do: 'status', code: 503 } });
    await suite.nextRunCompletes();
  });

  test('every change is a conflict: the job gives up, and the next run ends as if nothing had been', async () => {
    const fault = { match: { methods: ['PATCH'] }, action: CONFLICT, times: ALWAYS };
    const run = await suite.lane.run([fault]);
    assert.equal(run.exitCode, 1, run.log);
    assert.ok(run.seconds < 3 * BOUND, `${run.seconds} s`);
    assert.match(
      run.sentence,
      /^PATCH \/api\/v1\/nodes\/node-\d: 409: .*Somebody keeps changing this object: .*, then start the job again$/,
    );
    await suite.nextRunCompletes();
  });
});

// F4.
describe('three of ten writes', { timeout: 600_000 }, () => {
  for (const seed of [1, 2, 3, 4]) {
    test(`refused with a conflict (seed ${seed}): each thing is done once`, async () => {
      const fault: Fault = { match: STORED_WRITES, probability: 0.3, seed, action: CONFLICT };
      const { requests } = await suite.survives([fault]);
      assert.ok(requests.some(({ fault: hit }) => hit !== undefined));
    });
  }
});
