import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JobOutcome, jobOutcome, judged } from '../../../controller/jobs/job-outcome.ts';
import { createPatience } from '../../../controller/jobs/patience.ts';
import { CASES } from './outcome-cases.ts';
import { JOB, pod, RUNNING, said, terminated, WHERE, waiting } from './statuses.ts';

const textOf = (outcome: JobOutcome): string =>
  outcome.state === 'running' ? outcome.message : outcome.sentence;

describe('a Job', () => {
  for (const [name, job, pods, state, text] of CASES) {
    it(name, () => {
      const outcome = jobOutcome(job, pods);
      assert.deepEqual([outcome.state, textOf(outcome)], [state, text]);
    });
  }

  it('has the exit code of its container', () => {
    for (const exitCode of [2, 3, 4]) {
      const outcome = jobOutcome(JOB, [pod({ state: terminated(exitCode, said('x', 'refused')) })]);
      assert.deepEqual(outcome, { state: 'failed', sentence: 'x', exitCode });
    }
  });

  it('has trouble in all that is not running as it should', () => {
    for (const [name, job, pods, state, text] of CASES) {
      const outcome = jobOutcome(job, pods);
      const expected = state === 'running' && !text.endsWith(' is running');
      assert.equal(outcome.state === 'running' && outcome.trouble !== undefined, expected, name);
    }
  });
});

describe('a Job that has trouble', () => {
  const missing = jobOutcome(JOB, [pod(waiting('ErrImagePull', 'not found'), { phase: 'Pending' })]);
  const backingOff = jobOutcome(JOB, [pod(waiting('ImagePullBackOff', 'Back-off'), { phase: 'Pending' })]);
  const fine = jobOutcome(JOB, [pod({ state: RUNNING, ready: true })]);
  const MINUTE = 60_000;

  it('gets ten minutes to start, whatever its reasons are meanwhile', () => {
    let now = 5 * MINUTE;
    const patience = createPatience(() => now);
    const see = (outcome: JobOutcome) =>
      judged(outcome, patience.elapsedMs(outcome.state === 'running' ? outcome.trouble?.what : undefined));
    for (const outcome of [missing, backingOff, missing, backingOff]) {
      assert.equal(see(outcome).state, 'running');
      now += 2.5 * MINUTE;
    }
    assert.deepEqual(see(backingOff), {
      state: 'failed',
      sentence: `${WHERE} does not run yet (ImagePullBackOff: Back-off) (for 10 min 0 s)`,
    });
  });

  it('gets them again after it was well', () => {
    let now = 0;
    const patience = createPatience(() => now);
    const see = (outcome: JobOutcome) =>
      judged(outcome, patience.elapsedMs(outcome.state === 'running' ? outcome.trouble?.what : undefined));
    for (const outcome of [missing, missing, fine, missing, missing]) {
      assert.equal(see(outcome).state, 'running');
      now += 9 * MINUTE;
    }
    assert.equal(see(missing).state, 'failed');
  });

  it('may run as long as it needs', () => {
    assert.equal(judged(fine, 24 * 60 * MINUTE).state, 'running');
  });
});
