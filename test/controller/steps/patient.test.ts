import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPatience } from '../../../controller/jobs/patience.ts';
import { patient } from '../../../controller/steps/patient.ts';
import { done, type Progress, running } from '../../../controller/steps/progress.ts';
import { patientIfStuck, waitsForBgp } from '../../../controller/steps/verify.ts';

/** A run whose clock a test sets. */
function waitingRun() {
  let now = 0;
  const clock = () => now;
  const patience = {
    job: createPatience(clock),
    rollout: createPatience(clock),
    step: createPatience(clock),
    failure: createPatience(clock),
  };
  const after = (minutes: number, what: string | Progress) => {
    now += minutes * 60_000;
    return patient({ patience }, typeof what === 'string' ? running(what) : what, 3);
  };
  const atMinute = (minute: number, nodes: Progress) => {
    now = minute * 60_000;
    return patientIfStuck({ patience }, nodes);
  };
  return { patience, after, atMinute };
}

describe('the patience with nodes that came back while all of it is checked', () => {
  const blocked: Progress = { state: 'running', message: 'calico-node is not Ready on n1', isStuck: true };
  const pulling: Progress = { state: 'running', message: '1 nodes are left', isStuck: false };

  it('ends where nothing is done for them any more', () => {
    const { atMinute } = waitingRun();
    assert.equal(atMinute(0, blocked).state, 'running');
    assert.equal(atMinute(4, blocked).state, 'stopped');
  });

  it('is without end while images come, which may take prePullSeconds', () => {
    const { atMinute } = waitingRun();
    assert.deepEqual([atMinute(0, pulling), atMinute(30, pulling)], [pulling, pulling]);
    assert.deepEqual([atMinute(31, blocked), atMinute(33, blocked)], [blocked, blocked]);
    atMinute(34, pulling);
    assert.deepEqual(atMinute(35, blocked), blocked);
  });
});

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

  it('begins anew when a person has looked', () => {
    const { patience, after } = waitingRun();
    after(0, 'waits for BGP of n1');
    assert.equal(after(4, 'waits for BGP of n1').state, 'stopped');
    patience.step.forget();
    assert.equal(after(4, 'waits for BGP of n1').state, 'running');
    assert.equal(after(4, 'waits for BGP of n1').state, 'stopped');
  });

  it('leaves alone what is over', () => {
    const { patience } = waitingRun();
    assert.deepEqual(patient({ patience }, done('it works'), 3), done('it works'));
  });
});
