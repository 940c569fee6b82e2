import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finishStatus, type StatusFacts } from '../../../controller/status/finish-status.ts';
import type { Phase } from '../../../jobs/lib/calico/upgrade/status.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds, 250));
const facts = (phase: Phase, more: Partial<StatusFacts> = {}): StatusFacts => ({
  phase,
  message: `it is ${phase}`,
  from: '2.4.1',
  target: '2.6.12',
  steps: [],
  ...more,
});
const NODES = { total: 9, updated: 3, current: 1, skipped: 0, failed: 0 };

/** `True` types with their reasons. */
const trueOnes = (given: StatusFacts): Readonly<Record<string, string>> => {
  const { conditions = [] } = finishStatus(given, undefined, at(0));
  assert.deepEqual(
    conditions.map(({ type }) => type),
    ['Planned', 'Progressing', 'Complete', 'Degraded'],
  );
  const isTrue = conditions.filter(({ status }) => status === 'True');
  return Object.fromEntries(isTrue.map(({ type, reason }) => [type, reason]));
};

describe('conditions', () => {
  it('follow from the phase', () => {
    const Planned = 'Planned';
    assert.deepEqual(trueOnes(facts('Invalid')), { Degraded: 'Invalid' });
    assert.deepEqual(trueOnes(facts('Planned')), { Planned });
    assert.deepEqual(trueOnes(facts('Progressing')), { Planned, Progressing: 'Progressing' });
    assert.deepEqual(trueOnes(facts('WaitingForApproval')), { Planned });
    assert.deepEqual(trueOnes(facts('Paused')), { Planned });
    assert.deepEqual(trueOnes(facts('Stopped')), { Planned, Degraded: 'Stopped' });
    assert.deepEqual(trueOnes(facts('RollingBack')), { Planned, Progressing: 'RollingBack' });
    assert.deepEqual(trueOnes(facts('RolledBack')), { Planned });
    assert.deepEqual(trueOnes(facts('Complete')), { Planned, Complete: 'Complete' });
  });

  it('tell of nodes that failed or are left out, also where the upgrade goes on', () => {
    const degraded = (nodes: StatusFacts['nodes']) => {
      const { conditions = [] } = finishStatus(facts('Progressing', { nodes }), undefined, at(0));
      return conditions.find(({ type }) => type === 'Degraded');
    };
    assert.equal(degraded(NODES)?.status, 'False');
    assert.equal(degraded({ ...NODES, skipped: 2 })?.message, '2 of 9 nodes are left out');
    assert.equal(degraded({ ...NODES, skipped: 2, failed: 1 })?.message, '1 of 9 nodes failed');
  });

  it('say that there is no plan where detection came to none', () => {
    const { steps: _, ...withoutPlan } = facts('Stopped');
    assert.deepEqual(trueOnes(withoutPlan), { Degraded: 'Stopped' });
  });

  it('keep the time of their last change', () => {
    const first = finishStatus(facts('Progressing'), undefined, at(0));
    const second = finishStatus(facts('Progressing', { message: 'node-2' }), first, at(10));
    const third = finishStatus(facts('Stopped'), second, at(20));
    const times = third.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]);
    assert.deepEqual(times, [
      ['Planned', '2026-01-01T00:00:00Z'],
      ['Progressing', '2026-01-01T00:00:20Z'],
      ['Complete', '2026-01-01T00:00:00Z'],
      ['Degraded', '2026-01-01T00:00:20Z'],
    ]);
  });
});

describe('since', () => {
  it('is when the phase and what is waited for became what they are', () => {
    const waits = facts('Progressing', { message: 'waits for pod calico-node-x' });
    const first = finishStatus(waits, undefined, at(0));
    assert.equal(first.since, '2026-01-01T00:00:00Z');
    const second = finishStatus({ ...waits, nodes: NODES }, first, at(10));
    assert.equal(second.since, first.since);
    const paused = finishStatus({ ...waits, phase: 'Paused' }, second, at(20));
    assert.equal(paused.since, '2026-01-01T00:00:20Z');
    const other = finishStatus(facts('Paused'), paused, at(30));
    assert.equal(other.since, '2026-01-01T00:00:30Z');
  });

  it('stays also where the message is too long to be written whole', () => {
    const long = facts('Stopped', { message: 'x'.repeat(5_000) });
    const first = finishStatus(long, undefined, at(0));
    assert.deepEqual(finishStatus(long, first, at(10)), first);
  });
});
