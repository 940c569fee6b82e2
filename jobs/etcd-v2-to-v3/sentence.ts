import { durationText } from '../lib/run/progress.ts';
import { countOf } from '../lib/run/table.ts';

/** What a finished run says of itself. */
export interface Done {
  readonly keys: number;
  readonly written: number;
  readonly pauseMs: number;
  readonly drainSeconds: number;
}

/** The last sentence of a `start` that came to its end. */
export function doneSentence({ keys, written, pauseMs, drainSeconds }: Done): string {
  const drain = drainSeconds > 0 ? ` and the ${durationText(drainSeconds * 1000)} drain` : '';
  return `${countOf(keys, 'key')} migrated and verified, ${written} of them written now; Calico 2.6 is paused since ${durationText(pauseMs)}${drain}. Upgrade every node to Calico 3.0, then: etcd-v2-to-v3 complete. To go back: etcd-v2-to-v3 abort`;
}

/** Of a `start` that has nothing to do any more. */
export const nothingSentence = (keys: number, since: string): string =>
  `nothing to do: ${countOf(keys, 'key')} migrated and verified since ${since}, Calico 2.6 is paused. Upgrade every node to Calico 3.0, then: etcd-v2-to-v3 complete`;

export interface Planned {
  readonly writes: number;
  readonly keys: number;
  readonly bytes: number;
  readonly drainSeconds: number;
  /** Milliseconds that the pause is expected to take beside the drain. */
  readonly pauseMs: number;
}

/** The last sentence of a dry run. */
export function plannedSentence({ writes, keys, bytes, drainSeconds, pauseMs }: Planned): string {
  const megabytes = (bytes / 1_000_000).toFixed(1);
  return `dry run: ${writes} of ${countOf(keys, 'key')} (${megabytes} MB) would be written while Calico works; then Calico would be paused for the ${durationText(drainSeconds * 1000)} drain and about ${durationText(pauseMs)}, until nodes of 3.0 run and complete, or abort`;
}
