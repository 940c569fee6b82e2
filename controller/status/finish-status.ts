import type { UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { conditionsOf, secondsOf } from './conditions.ts';
import { limitStatus } from './limits.ts';

/** What the controller knows; `since` and `conditions` follow from it and from what was there before. */
export type StatusFacts = Omit<UpgradeStatus, 'since' | 'conditions'>;

/**
 * The status to write: short enough, with its conditions, and with the time since when phase and message are the same. So
 * a message must not count seconds: it says what is waited for.
 */
export function finishStatus(
  facts: StatusFacts,
  previous: UpgradeStatus | undefined,
  now: Date,
): UpgradeStatus {
  const short = limitStatus(facts);
  const isSame = previous?.phase === short.phase && previous.message === short.message;
  const since = (isSame ? previous.since : undefined) ?? secondsOf(now);
  const conditions = conditionsOf(short, previous?.conditions ?? [], now);
  return limitStatus({ ...short, since, conditions });
}
