import { checkVersion } from './version-gate.ts';

export type Answer =
  | { readonly answer: 'yes' | 'no'; readonly reason: string }
  | { readonly answer: 'unknown'; readonly reason: string };

/** What the questions are answered from. */
export interface Versions {
  /** CalicoVersion in etcd v2. */
  readonly v1: string | undefined;
  /** The calicoVersion of the ClusterInformation in etcd v3. */
  readonly v3: string | undefined;
}

/** The exit codes of calico-upgrade for these questions (conversion reference, section 8). */
export const ANSWER_CODES = { yes: 0, no: 1, unknown: 2 } as const;

/**
 * Whether a migration is needed. A migrated ClusterInformation says v2.6 until the first node of 3.0 has started, so the
 * answer stays yes until then (conversion reference, section 9).
 */
export function isNeeded({ v1, v3 }: Versions): Answer {
  const text = v3 || v1;
  if (text === undefined) return { answer: 'no', reason: 'there is no data of Calico in etcd v2 or v3' };
  const version = checkVersion(text);
  if (version.verdict === 'migrate') return { answer: 'yes', reason: `the data is that of Calico ${text}` };
  if (version.verdict === 'too-new') return { answer: 'no', reason: `the data is that of Calico ${text}` };
  return { answer: 'unknown', reason: version.reason };
}

/** Whether Calico 2.6 is paused for a migration; also after a finished `start`, until a node of 3.0 has started. */
export function isInProgress(versions: Versions, ready: string | undefined): Answer {
  const needed = isNeeded(versions);
  if (needed.answer !== 'yes') return needed;
  return ready === 'false'
    ? { answer: 'yes', reason: 'Calico 2.6 is paused' }
    : { answer: 'no', reason: 'Calico 2.6 is not paused' };
}
