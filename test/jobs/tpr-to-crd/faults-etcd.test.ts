import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { effects, isStoredWrite } from './fault-plan.ts';
import { TPR_FROM_ETCD_SUBJECT } from './fault-subject.ts';
import { useFaultLane } from './fault-suite.ts';

// A busy API server may need a second for an answer, too.
const IMPATIENT = ['--request-timeout', '2', '--retry-timeout', '3'];

/** Seconds: the retries of IMPATIENT and what a busy machine needs. */
const BOUND = 20;

/** All that a run writes that has not begun to copy. */
const REPORT_ONLY = { 'POST /api/v1/namespaces/default/configmaps calico-upgrade-report-tpr-to-crd': 1 };

const suite = useFaultLane({ subject: TPR_FROM_ETCD_SUBJECT });

/** Breaks etcd, or its network, for good. */
const FOR_GOOD: readonly (readonly [what: string, how: () => void])[] = [
  [
    'refuses connections',
    () => {
      suite.lane.etcd.refuse();
      suite.lane.etcd.cut();
    },
  ],
  ['never answers', () => suite.lane.etcd.stall()],
];

let bytes: number | undefined;

/** How many bytes etcd sends in a whole run: once for the copy, once for the verification. */
async function bytesOfARun(): Promise<number> {
  if (bytes !== undefined) return bytes;
  const { etcd } = suite.lane;
  await suite.survives([]);
  bytes = etcd.receivedBytes();
  assert.notEqual(bytes, 0);
  return bytes;
}

/** A run ends soon with exit code 1, and names etcd and what to check. */
async function fails() {
  const { lane } = suite;
  const run = await lane.run([], IMPATIENT);
  assert.equal(run.exitCode, 1, run.log);
  assert.ok(run.seconds < BOUND, `${run.seconds} s: ${run.log}`);
  assert.ok(run.sentence.startsWith(`etcd http://${lane.etcd.host}:${lane.etcd.port}: read of `), run.log);
  assert.match(run.sentence, /\(check /);
  assert.doesNotMatch(run.log, /\n {4}at /, 'a stack trace');
  return run;
}

describe('etcd, from which the data is read,', { timeout: 600_000 }, () => {
  for (const [what, breakIt] of FOR_GOOD) {
    test(`${what}: the job gives up in bounded time and names it, nothing is written`, async () => {
      breakIt();
      assert.deepEqual(effects((await fails()).requests), REPORT_ONLY);
      await suite.nextRunCompletes();
    });

    test(`${what} from the middle on: the next run ends as if nothing had been`, async t => {
      const total = await bytesOfARun();
      for (const share of [0.25, 0.75]) {
        await t.test(`after ${share * 100}% of what it sends`, async () => {
          await suite.lane.etcd.restore();
          suite.lane.etcd.afterBytes(Math.round(total * share), breakIt);
          const { requests } = await fails();
          // In the second half it is read again, for the verification.
          if (share < 0.5) assert.deepEqual(effects(requests), REPORT_ONLY);
          else assert.ok(requests.filter(isStoredWrite).length > suite.writes.length / 2);
          await suite.nextRunCompletes();
        });
      }
    });
  }

  test('is cut off once, at each sixth of what it sends: the read is repeated', async t => {
    const total = await bytesOfARun();
    for (let sixth = 0; sixth < 6; sixth += 1) {
      await t.test(`after ${sixth} sixths`, async () => {
        const { etcd } = suite.lane;
        await etcd.restore();
        let cut = 0;
        etcd.afterBytes(Math.max(1, Math.round((total * sixth) / 6)), () => {
          cut += 1;
          etcd.cut();
        });
        await suite.survives([]);
        assert.equal(cut, 1);
      });
    }
  });

  test('is away for some seconds: the job waits for it', async () => {
    const { etcd } = suite.lane;
    etcd.refuse();
    // Long enough for a slow machine to come to etcd, which is not seen while nothing is accepted.
    const back = setTimeout(() => void etcd.restore(), 10_000);
    const { seconds, log } = await suite.survives([]);
    clearTimeout(back);
    assert.ok(seconds > 10, log);
    assert.match(log, /warning: etcd .*; trying again in /);
  });

  test('is silent for some seconds: the job asks again', async () => {
    const { etcd } = suite.lane;
    etcd.stall();
    const backAgain = async () => {
      while (etcd.connectionCount() === 0) await sleep(50);
      await sleep(4000);
      await etcd.restore();
    };
    const run = suite.survives([], ['--request-timeout', '2']);
    const [{ seconds, log }] = await Promise.all([run, backAgain()]);
    assert.ok(seconds > 4, log);
    assert.match(log, /warning: etcd .*DEADLINE_EXCEEDED.*; trying again in /);
  });
});
