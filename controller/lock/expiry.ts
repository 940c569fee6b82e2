import type { LockRecord } from './record.ts';

/** Whether a lock can be taken. */
export type Verdict =
  | { readonly take: true; readonly why: 'free' | 'own' | 'expired' }
  /** `holder` is undefined where the record was edited so that it names none. */
  | { readonly take: false; readonly holder: string | undefined; readonly leftMs: number };

/**
 * Judges what is read of a lock, time after time. Another's record counts as long as it was seen unchanged for less than
 * its lease on our own clock: the times in it are of another clock (field-lessons reference, F15).
 */
export function expiryJudge(own: {
  readonly holder: string;
  readonly leaseSeconds: number;
}): (record: LockRecord, nowMs: number) => Verdict {
  let text: string | undefined;
  let sinceMs = 0;
  return (record, nowMs) => {
    if (record.text !== text) {
      text = record.text;
      sinceMs = nowMs;
    }
    if (record.isFree) return { take: true, why: 'free' };
    if (record.holder === own.holder) return { take: true, why: 'own' };
    const leaseMs = (record.leaseSeconds ?? own.leaseSeconds) * 1000;
    const leftMs = sinceMs + leaseMs - nowMs;
    return leftMs <= 0 ? { take: true, why: 'expired' } : { take: false, holder: record.holder, leftMs };
  };
}
