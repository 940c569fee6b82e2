import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StepState, StepStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { ApiError } from '../../../jobs/lib/kubernetes/errors.ts';
import { failedRun } from '../../../jobs/lib/run/failure.ts';
import { playedRun } from './played-run.ts';

const GONE = 'ServiceAccount kube-system/calico-node was there, and is gone. Find out who deleted it';

/** A step that looks at one Job. */
const step = (state: StepState = 'Running'): StepStatus => ({
  name: 'data-migration',
  state,
  reason: '',
  job: 'tpr-to-crd --from-etcd',
});

const failing = (message: string) => () => {
  throw failedRun(message);
};

const unreachable = new ApiError({ status: 0, reason: '', request: 'GET /', message: 'no answer' });

describe('what fails in a step and may work at the next try', () => {
  it('is told in the status, and tried again', async () => {
    const { turn } = playedRun(step(), failing(GONE));
    const { facts, wakeMs } = await turn(0);
    assert.deepEqual([facts.phase, facts.message], ['Progressing', `data-migration: ${GONE}`]);
    assert.equal(wakeMs, 2_000);
  });

  it('is a stop when it has failed so for ten minutes, and tried for as long again after a resume', async () => {
    const { turn } = playedRun(step(), failing(GONE));
    await turn(0);
    assert.equal((await turn(10)).facts.phase, 'Progressing');
    const { facts } = await turn(10.1);
    assert.equal(facts.phase, 'Stopped');
    assert.match(facts.message, /^data-migration: ServiceAccount .* deleted it \(for 10 min\b.*resume/);
    assert.equal(facts.steps?.[0]?.state, 'Failed');
    assert.equal((await turn(30, { resume: '1' })).facts.phase, 'Progressing');
    assert.equal((await turn(39, { resume: '1' })).facts.phase, 'Progressing');
    assert.equal((await turn(41, { resume: '1' })).facts.phase, 'Stopped');
  });

  it('leaves a step that is to be tried anew what it is: its Job has to be removed first', async () => {
    const { turn } = playedRun(step('Failed'), failing(GONE));
    assert.equal((await turn(0)).facts.steps?.[0]?.state, 'Failed');
  });

  it('begins anew with another failure, and after a pause', async () => {
    let message = 'one';
    const { turn } = playedRun(step(), () => failing(message)());
    await turn(0);
    message = 'two';
    assert.equal((await turn(11)).facts.phase, 'Progressing');
    await turn(12, { paused: true });
    assert.equal((await turn(22)).facts.phase, 'Progressing');
  });

  it('is thrown on where the API server does not answer, also in other words', async () => {
    for (const error of [unreachable, failedRun('start the job again', unreachable)]) {
      const { turn } = playedRun(step(), () => {
        throw error;
      });
      await turn(0).then(
        () => assert.fail('it went on'),
        thrown => assert.equal(thrown, error),
      );
    }
  });

  it('is thrown on where the controller ends: the loss of the lock is no failure of the step', async () => {
    const lost = failedRun('the lock was lost');
    const { turn } = playedRun(step(), failing('the lock was lost'), AbortSignal.abort(lost));
    await assert.rejects(turn(0), lost);
  });
});
