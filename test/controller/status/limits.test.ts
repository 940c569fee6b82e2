import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { finishStatus } from '../../../controller/status/finish-status.ts';
import { cutText, limitStatus } from '../../../controller/status/limits.ts';
import { PHASES, type UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 3_000 });
const nodeName = fc.stringMatching(/^[a-z0-9]{1,253}$/);
const many = <T>(entry: fc.Arbitrary<T>, maxLength: number) => fc.array(entry, { maxLength, size: 'max' });
const stateOfStep = fc.constantFrom('NotNeeded', 'Pending', 'Running', 'Done', 'Failed');

const anyStatus: fc.Arbitrary<UpgradeStatus> = fc.record(
  {
    phase: fc.constantFrom(...PHASES),
    message: text,
    steps: many(
      fc.record({ name: fc.constant('node-rollout'), state: stateOfStep, reason: text, message: text }),
      41,
    ),
    currentNodes: many(nodeName, 60),
    attention: many(fc.record({ node: nodeName, reason: text }), 60),
    slowestNodes: many(fc.record({ node: nodeName, seconds: fc.nat(600) }), 20),
  },
  { requiredKeys: ['phase', 'message'] },
);

const longest = (length: number): UpgradeStatus => ({
  phase: 'Stopped',
  message: '–'.repeat(length),
  steps: Array.from({ length: 41 }, () => ({
    name: 'add-on',
    state: 'Failed' as const,
    reason: '–'.repeat(length),
    message: '–'.repeat(length),
  })),
  currentNodes: Array.from({ length: 5_000 }, (_, n) => `${'n'.repeat(245)}-${n}`),
  attention: Array.from({ length: 5_000 }, (_, n) => ({
    node: `${'n'.repeat(245)}-${n}`,
    reason: '–'.repeat(length),
  })),
});

describe('the size of a status', () => {
  it('is limited, whatever is in it, and what is short enough stays as it is', () => {
    fc.assert(
      fc.property(anyStatus, status => {
        const limited = limitStatus(status);
        assert.ok((limited.attention ?? []).length <= 32);
        assert.ok((limited.currentNodes ?? []).length <= 32);
        assert.ok((limited.slowestNodes ?? []).length <= 5);
        assert.ok(limited.message.length <= 1_024);
        assert.ok(Buffer.byteLength(JSON.stringify(limited)) <= 64 * 1024);
        assert.deepEqual(limitStatus(limited), limited);
        const short = {
          phase: status.phase,
          message: cutText(status.message, 100),
          steps: (status.steps ?? []).slice(0, 9).map(step => ({
            ...step,
            reason: cutText(step.reason, 100),
            message: cutText(step.message ?? '', 100),
          })),
        };
        assert.deepEqual(limitStatus(short), short);
      }),
      { numRuns: 50 },
    );
  });

  it('is well under 100 KB at its largest, with the conditions', () => {
    const status = finishStatus(longest(100_000), undefined, new Date());
    assert.ok(Buffer.byteLength(JSON.stringify(status)) <= 64 * 1024);
    assert.equal(status.message.length, 1_024, 'the message is not shortened for the lists');
    assert.equal(status.attention?.length, 32);
  });

  it('keeps the slowest nodes, the slowest first', () => {
    const slowestNodes = [3, 9, 1, 7, 5, 8].map(seconds => ({ node: `node-${seconds}`, seconds }));
    const limited = limitStatus({ phase: 'Progressing', message: '', slowestNodes });
    assert.deepEqual(
      limited.slowestNodes?.map(({ seconds }) => seconds),
      [9, 8, 7, 5, 3],
    );
  });

  it('cuts between characters', () => {
    assert.equal(cutText('four', 4), 'four');
    assert.equal(cutText('longer than it may be', 10), 'longer t …');
    assert.equal(cutText('1234567😀😀', 10), '1234567 …');
  });
});
