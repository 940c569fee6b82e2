import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { expiryJudge } from '../../../controller/lock/expiry.ts';
import {
  heldAnnotations,
  type LockRecord,
  readRecord,
  releasedAnnotations,
  withAnnotations,
} from '../../../controller/lock/record.ts';

const LOCK = { metadata: { name: 'lock' } };
const held = (renewals: number, more: Readonly<Record<string, string>> = {}): LockRecord =>
  readRecord(
    withAnnotations(LOCK, {
      ...heldAnnotations({ holder: 'other', renewals, leaseSeconds: 15, now: new Date(0) }),
      ...more,
    }),
  );
const judge = () => expiryJudge({ holder: 'me', leaseSeconds: 15 });

describe('a lock of another controller', () => {
  it('counts until it was seen unchanged for its lease, whatever times it names', () => {
    const look = judge();
    assert.deepEqual(look(held(1), 0), { take: false, holder: 'other', leftMs: 15_000 });
    assert.deepEqual(look(held(1), 14_999), { take: false, holder: 'other', leftMs: 1 });
    assert.deepEqual(look(held(2), 15_000), { take: false, holder: 'other', leftMs: 15_000 });
    assert.deepEqual(look(held(2), 30_000), { take: true, why: 'expired' });
  });

  it('counts for the lease that it names, unless that is a mistake', () => {
    const lease = 'upgrade.projectcalico.org/lock-lease-seconds';
    const left = (text: string) => judge()(held(1, { [lease]: text }), 0);
    assert.deepEqual(left('30'), { take: false, holder: 'other', leftMs: 30_000 });
    for (const mistake of ['0', '-5', '99999', 'soon', ''])
      assert.deepEqual(left(mistake), { take: false, holder: 'other', leftMs: 15_000 });
  });

  it('is taken at once where it was given back or is our own', () => {
    assert.deepEqual(judge()(readRecord(withAnnotations(LOCK, releasedAnnotations('other'))), 0), {
      take: true,
      why: 'free',
    });
    const own = heldAnnotations({ holder: 'me', renewals: 0, leaseSeconds: 15, now: new Date(0) });
    assert.deepEqual(judge()(readRecord(withAnnotations(LOCK, own)), 0), { take: true, why: 'own' });
  });

  it('is waited for where it was edited so that it names nobody', () => {
    assert.deepEqual(judge()(readRecord(LOCK), 0), { take: false, holder: undefined, leftMs: 15_000 });
  });

  it('is read from any annotations, and leaves those of others alone', () => {
    const anyText = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.anything()));
    fc.assert(
      fc.property(anyText, annotations => {
        readRecord({ metadata: { name: 'lock', annotations: JSON.parse(JSON.stringify(annotations)) } });
      }),
    );
    const edited = { metadata: { name: 'lock', annotations: { theirs: 'x' }, labels: { a: 'b' } } };
    const { metadata } = withAnnotations(edited, releasedAnnotations('me'));
    assert.equal(metadata.annotations?.theirs, 'x');
    assert.equal(metadata.labels?.a, 'b');
  });
});
