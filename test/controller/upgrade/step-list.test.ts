import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changeStep, currentStep, stateOf } from '../../../controller/upgrade/step-list.ts';
import { STEP_STATES, type StepState, type StepStatus } from '../../../jobs/lib/calico/upgrade/status.ts';

const step = (name: string, state: StepState): StepStatus => ({ name, state, reason: 'it is so' });

const BEGUN = new Date('2026-11-20T10:00:00.123Z');
const OVER = new Date('2026-11-20T10:05:00.999Z');

describe('the list of steps', () => {
  it('has its turn at the first step that is not over', () => {
    const states = fc.array(fc.constantFrom(...STEP_STATES), { maxLength: 8 });
    fc.assert(
      fc.property(states, all => {
        const steps = all.map((state, index) => step(`step-${index}`, state));
        const current = currentStep(steps);
        const place = current ? steps.indexOf(current) : steps.length;
        const isOver = ({ state }: StepStatus) => state === 'Done' || state === 'NotNeeded';
        assert.ok(steps.slice(0, place).every(isOver));
        assert.ok(current === undefined || !isOver(current));
      }),
    );
  });

  it('notes down when a step begins and when it is done, in seconds', () => {
    const planned = [step('backup', 'Done'), step('verify', 'Pending')];
    const begun = changeStep(planned, 'verify', 'Running', 'waits', BEGUN);
    const startedAt = '2026-11-20T10:00:00Z';
    const verify = { name: 'verify', reason: 'it is so', startedAt };
    assert.deepEqual(begun, [planned[0], { ...verify, state: 'Running', message: 'waits' }]);
    assert.deepEqual(changeStep(begun, 'verify', 'Done', 'works', OVER)[1], {
      ...verify,
      state: 'Done',
      message: 'works',
      finishedAt: '2026-11-20T10:05:00Z',
    });
  });

  it('keeps the begin of a step that failed and is gone on with', () => {
    const begun = changeStep([step('verify', 'Pending')], 'verify', 'Running', '', BEGUN);
    const failed = changeStep(begun, 'verify', 'Failed', 'no BGP', OVER);
    const [again] = changeStep(failed, 'verify', 'Running', '', OVER);
    assert.deepEqual([again?.startedAt, again?.finishedAt], ['2026-11-20T10:00:00Z', undefined]);
  });

  it('tells the state of a step by its name', () => {
    const steps = [step('backup', 'Done')];
    assert.deepEqual([stateOf(steps, 'backup'), stateOf(steps, 'verify')], ['Done', undefined]);
  });
});
