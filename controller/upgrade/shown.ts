import { readStatus, type UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { finishStatus, type StatusFacts } from '../status/finish-status.ts';
import { type StatusWriter, startStatusWriter } from '../status/write-status.ts';
import type { Controller } from './controller.ts';

/** A status is written at most once in this time, but for milestones. */
const EVERY_MS = 1_000;

/** The statuses of all CalicoUpgrades, as they were shown last. */
export interface Shown {
  /** Shows a status soon; a milestone is written before `settle` returns. */
  show(upgrade: KubeObject, facts: StatusFacts, isMilestone?: boolean): UpgradeStatus;
  /** Tells what the watch shows, so that a status that somebody edited is written anew. */
  see(upgrades: Iterable<KubeObject>): void;
  /** Writes what must be stored before anything else is done. Throws an ApiError where that fails. */
  settle(): Promise<void>;
}

interface Entry {
  readonly writer: StatusWriter;
  last: UpgradeStatus | undefined;
  isDue: boolean;
}

/** Keeps a writer for each CalicoUpgrade. */
export function showStatuses({ client, log, events }: Controller): Shown {
  const entries = new Map<string, Entry>();
  const entryOf = (upgrade: KubeObject): Entry => {
    const { uid = '' } = upgrade.metadata;
    const known = entries.get(uid);
    if (known) return known;
    const onGone = (): void => void entries.delete(uid);
    const writer = startStatusWriter({ client, upgrade, log, onGone, everyMs: EVERY_MS });
    const entry: Entry = { writer, last: readStatus(upgrade.status), isDue: false };
    entries.set(uid, entry);
    return entry;
  };
  return {
    show(upgrade, facts, isMilestone = false) {
      const entry = entryOf(upgrade);
      const status = finishStatus(facts, entry.last, new Date());
      if (status.phase === 'Invalid' && entry.last?.message !== status.message) {
        log.error(`CalicoUpgrade ${upgrade.metadata.name} is not valid: ${status.message}`);
        events.onUpgrade(upgrade, { type: 'Warning', reason: 'Invalid', message: status.message });
      }
      entry.last = status;
      entry.isDue ||= isMilestone;
      entry.writer.show(status);
      return status;
    },
    see(upgrades) {
      for (const upgrade of upgrades) entries.get(upgrade.metadata.uid ?? '')?.writer.sawObject(upgrade);
    },
    async settle() {
      for (const entry of entries.values()) {
        if (!entry.isDue) continue;
        await entry.writer.flush();
        entry.isDue = false;
      }
    },
  };
}
