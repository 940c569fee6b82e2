import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPatience } from '../../../controller/jobs/patience.ts';
import { patient } from '../../../controller/steps/patient.ts';
import { done, type Progress, running } from '../../../controller/steps/progress.ts';
import { waitsForBgp } from '../../../controller/steps/verify.ts';

/** A run whose clock a test sets. */
function waitingRun() {
  let now = 0;
  const clock = () => now;
  const patience = {
    job: createPatience(clock),
    rollout: createPatience(clock),
    step: createPatience(clock),
  };
  const after = (minutes: number, what: string | Progress) => {
    now += minutes * 60_000;
    return patient({ patience }, typeof what === 'string' ? running(what) : what, 3);
  };
  return { patience, after };
}

describe('the patience of a step', () => {
  it('ends after some minutes of the same wait', () => {
    const { after } = waitingRun();
    assert.equal(after(0, 'waits for BGP of n1').state, 'running');
    assert.equal(after(3, 'waits for BGP of n1').state, 'running');
    assert.deepEqual(after(0.1, 'waits for BGP of n1'), {
      ...running('waits for BGP of n1'),
      state: 'stopped',
      message: 'waits for BGP of n1, for 3 minutes',
    });
  });

  it('begins anew with another wait', () => {
    const { after } = waitingRun();
    after(0, 'waits for BGP of n1');
    assert.equal(after(4, 'waits for BGP of n2').state, 'running');
    assert.equal(after(2, 'waits for BGP of n2').state, 'running');
  });

  it('goes on where the same nodes have another trouble, in another order', () => {
    const { after } = waitingRun();
    const cutOff = (what: Record<string, string>) => waitsForBgp(new Map(Object.entries(what)));
    after(0, cutOff({ n2: ' (no answer)', n1: '' }));
    const stopped = after(4, cutOff({ n1: ' (exit code 1)', n2: '' }));
    assert.equal(stopped.message, 'waits for BGP of n1 (exit code 1), n2, for 3 minutes');
    assert.equal(after(0, cutOff({ n1: '' })).state, 'running');
  });

  it('is not that of Jobs and of the rollout, which a step looks at in between', () => {
    const { patience, after } = waitingRun();
    after(0, 'waits for BGP of n1');
    patience.rollout.elapsedMs(undefined);
    patience.job.elapsedMs(undefined);
    assert.equal(after(4, 'waits for BGP of n1').state, 'stopped');
  });

  it('leaves alone what is over', () => {
    const { patience } = waitingRun();
    assert.deepEqual(patient({ patience }, done('it works'), 3), done('it works'));
  });
});
