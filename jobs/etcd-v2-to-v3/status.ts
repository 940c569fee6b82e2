import { readClusterInformation } from '../lib/calico/v3/cluster-information.ts';
import { type Facts, isFinished } from '../lib/run/migration-facts.ts';

/** Where a migration stands, for programs. Times are RFC 3339. */
export interface Status {
  readonly phase: 'none' | 'copying' | 'pausing' | 'interrupted' | 'finished' | 'completed' | 'aborting';
  /** When the phase began; `null` in phase `none`. */
  readonly since: string | null;
  /** The Ready flag of Calico 2.6; `null` where there is none. */
  readonly v1Ready: string | null;
  /** The flag of Calico 3.0; `null` where there is none. */
  readonly v3Ready: boolean | null;
  /** CalicoVersion of v1, and of v3. */
  readonly v1Version: string | null;
  readonly v3Version: string | null;
  /** When Calico 2.6 was paused by this migration; `null` where it is not. */
  readonly pausedAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** What to do next, one sentence. */
  readonly next: string;
}

/** Says where a migration stands. */
export function statusOf(facts: Facts): Status {
  const { version, ready, clusterInformation, record } = facts;
  const v3 = readClusterInformation(clusterInformation);
  const phase = phaseOf(facts);
  return {
    phase,
    since: record?.since ?? null,
    v1Ready: ready ?? null,
    v3Ready: v3?.datastoreReady ?? null,
    v1Version: version ?? null,
    v3Version: v3?.calicoVersion ?? null,
    pausedAt: (ready === 'false' && record?.pausedAt) || null,
    counts: record?.counts ?? {},
    next: nextOf(phase, ready),
  };
}

/** The phase of the record, unless Calico 2.6 went on working after it was said to be finished. */
function phaseOf(facts: Facts): Status['phase'] {
  const { record } = facts;
  if (!record) return 'none';
  if (record.phase === 'finished' && !isFinished(facts)) return 'interrupted';
  return record.phase;
}

function nextOf(phase: Status['phase'], ready: string | undefined): string {
  switch (phase) {
    case 'none':
      return ready === 'false'
        ? 'Calico 2.6 is paused, and not by this program: abort lets it go on'
        : 'nothing was begun: dry-run, then start';
    case 'copying':
    case 'interrupted':
      return 'start goes on where it was; abort removes what was written to etcd v3';
    case 'pausing':
      return 'Calico 2.6 is paused or was about to be: start goes on, abort lets Calico 2.6 go on';
    case 'finished':
      return 'Calico 2.6 is paused: upgrade every node to Calico 3.0, then complete; or go back with abort';
    case 'completed':
      return 'Calico 3.0 works; when you will not go back any more: etcd-cleaner v1';
    case 'aborting':
      return 'an abort is not at its end: abort again';
  }
}

/** The same for people. */
export function statusText(status: Status): string {
  const { phase, since, pausedAt, counts, next } = status;
  const value = (text: string | boolean | null): string => (text === null ? 'not there' : String(text));
  return [
    `phase      ${phase}${since ? ` since ${since}` : ''}`,
    `Calico 2.6 ${value(status.v1Version)}, Ready ${value(status.v1Ready)}${pausedAt ? `, paused at ${pausedAt}` : ''}`,
    `Calico 3.0 ${value(status.v3Version)}, datastoreReady ${value(status.v3Ready)}`,
    ...Object.entries(counts).map(([name, count]) => `${name.padEnd(10)} ${count}`),
    `next       ${next}`,
  ].join('\n');
}
