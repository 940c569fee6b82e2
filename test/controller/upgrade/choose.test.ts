import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseUpgrade } from '../../../controller/upgrade/choose.ts';
import { fingerprint } from '../../../jobs/lib/calico/upgrade/fingerprint.ts';
import type { Phase, StepState } from '../../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';

interface Given {
  /** The minute of its creation. */
  readonly at: number;
  readonly phase?: Phase;
  readonly cleanUp?: StepState;
  readonly spec?: object;
  /** Whether the status is about this very spec. */
  readonly isSpecSeen?: boolean;
}

function upgrade(name: string, given: Given): KubeObject {
  const { at, phase, cleanUp = 'NotNeeded', spec: fields = {}, isSpecSeen } = given;
  const spec = { targetVersion: 'v2.6.12', ...fields };
  const creationTimestamp = `2026-11-20T10:${String(at).padStart(2, '0')}:00Z`;
  const steps = [{ name: 'clean-up', state: cleanUp, reason: 'only when you will not go back' }];
  return {
    metadata: { name, creationTimestamp },
    spec,
    ...(phase && {
      status: { phase, message: 'so', steps, ...(isSpecSeen && { observedSpec: fingerprint(spec) }) },
    }),
  };
}

/** Name of the one at work, of those that wait, and of those that are not valid. */
function chosen(...upgrades: readonly KubeObject[]) {
  const { active, waiting, invalid } = chooseUpgrade(upgrades);
  return [
    active?.upgrade.metadata.name,
    waiting.map(({ metadata }) => metadata.name),
    invalid.map(({ upgrade: { metadata } }) => metadata.name),
  ];
}

describe('the upgrade that is at work', () => {
  it('is none where there is none', () => {
    assert.deepEqual(chosen(), [undefined, [], []]);
  });

  it('is the oldest that is not over; the others wait', () => {
    const all = [upgrade('c', { at: 3 }), upgrade('a', { at: 1, phase: 'Stopped' }), upgrade('b', { at: 2 })];
    assert.deepEqual(chosen(...all), ['a', ['b', 'c'], []]);
  });

  it('is the first by name of two that were made in the same second', () => {
    assert.deepEqual(chosen(upgrade('b', { at: 1 }), upgrade('a', { at: 1 })), ['a', ['b'], []]);
  });

  it('is the next one when the older is over', () => {
    const over = upgrade('a', { at: 1, phase: 'Complete' });
    assert.deepEqual(chosen(over, upgrade('b', { at: 2 })), ['b', [], []]);
  });

  it('is the newest when all are over: it looks after nodes that were away', () => {
    const back = upgrade('b', { at: 2, phase: 'RolledBack', spec: { rollback: true } });
    assert.deepEqual(chosen(upgrade('a', { at: 1, phase: 'Complete' }), back), ['b', [], []]);
  });

  it('is never one that is not valid, and such a one holds up nobody', () => {
    const invalid = upgrade('a', { at: 1, spec: { targetVersion: 'latest' } });
    assert.deepEqual(chosen(invalid, upgrade('b', { at: 2 })), ['b', [], ['a']]);
    assert.deepEqual(chosen(invalid), [undefined, [], ['a']]);
  });

  it('is one that is complete again, where its spec asks for what was not done', () => {
    const later = upgrade('b', { at: 2 });
    const complete = { at: 1, phase: 'Complete' } as const;
    const cleanUp = { approvals: ['clean-up'] };
    const done = upgrade('a', { ...complete, cleanUp: 'Done', spec: cleanUp });
    const pending = upgrade('a', { ...complete, cleanUp: 'Pending', spec: cleanUp });
    const failed = upgrade('a', { ...complete, cleanUp: 'Failed', spec: cleanUp });
    const notAgreed = upgrade('a', { ...complete, cleanUp: 'Pending' });
    const back = upgrade('a', { ...complete, spec: { rollback: true } });
    assert.deepEqual(
      [done, pending, failed, notAgreed, back].map(one => chosen(one, later)[0]),
      ['b', 'a', 'a', 'b', 'a'],
    );
  });

  it('is not one that went back, by its spec or by itself, until somebody changes the spec', () => {
    const later = upgrade('b', { at: 2 });
    const bySpec = upgrade('a', { at: 1, phase: 'RolledBack', spec: { rollback: true } });
    const byItself = upgrade('a', { at: 1, phase: 'RolledBack', isSpecSeen: true });
    const forward = upgrade('a', { at: 1, phase: 'RolledBack', spec: { rollback: false } });
    assert.deepEqual(
      [bySpec, byItself, forward].map(one => chosen(one, later)[0]),
      ['b', 'b', 'a'],
    );
  });
});
