import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { OWN_LABELS } from '../../jobs/lib/run/own-labels.ts';

/** Name of the ConfigMap that is the lock: Kubernetes 1.7 has no Lease. */
export const LOCK_NAME = 'calico-upgrade-controller';

const PREFIX = 'upgrade.projectcalico.org/';
const HOLDER = `${PREFIX}lock-holder`;
const RENEWALS = `${PREFIX}lock-renewals`;
const RENEWED_AT = `${PREFIX}lock-renewed-at`;
const LEASE = `${PREFIX}lock-lease-seconds`;
const RELEASED_BY = `${PREFIX}lock-released-by`;

/** The annotations of the lock. */
export const LOCK_FIELDS = [HOLDER, RENEWALS, RENEWED_AT, LEASE, RELEASED_BY];

/**
 * The lease that a controller may have. Two thirds of the shortest are longer than one request of LOCK_CONNECTION may take: with less, a
 * slow answer alone would end it. A longer one in a record is a mistake by hand.
 */
export const LEASE_SECONDS = { least: 5, most: 600 };

/** What the lock says. */
export interface LockRecord {
  /** Only a release frees it: a record that somebody edited may still have a holder who is at work. */
  readonly isFree: boolean;
  /** Undefined where it is free, or does not say. */
  readonly holder: string | undefined;
  /** How long it counts without being renewed, where it says so. */
  readonly leaseSeconds: number | undefined;
  /** Equal as long as nobody wrote the record. */
  readonly text: string;
}

/** Reads the annotations of the ConfigMap. */
export function readRecord(object: KubeObject): LockRecord {
  const annotations = isRecord(object.metadata.annotations) ? object.metadata.annotations : {};
  const values = LOCK_FIELDS.map(field => annotations[field]);
  const [holder, , , lease, releasedBy] = values;
  const isHeld = typeof holder === 'string' && holder !== '';
  const seconds = Number(lease);
  return {
    isFree: !isHeld && typeof releasedBy === 'string' && releasedBy !== '',
    holder: isHeld ? holder : undefined,
    leaseSeconds: seconds > 0 && seconds <= LEASE_SECONDS.most ? seconds : undefined,
    text: JSON.stringify(values),
  };
}

export interface Held {
  readonly holder: string;
  readonly renewals: number;
  readonly leaseSeconds: number;
  /** For people; nothing is decided by it, since the clocks of two machines differ. */
  readonly now: Date;
}

/** The annotations of a lock that is held. */
export const heldAnnotations = ({ holder, renewals, leaseSeconds, now }: Held): Record<string, string> => ({
  [HOLDER]: holder,
  [RENEWALS]: String(renewals),
  [RENEWED_AT]: now.toISOString(),
  [LEASE]: String(leaseSeconds),
});

/** The annotations of a lock that was given back. */
export const releasedAnnotations = (by: string): Record<string, string> => ({ [RELEASED_BY]: by });

/** The ConfigMap with these annotations in the place of those of the lock; everything else stays. */
export function withAnnotations(
  object: Pick<KubeObject, 'metadata'>,
  own: Readonly<Record<string, string>>,
): KubeObject {
  const { annotations = {}, labels } = object.metadata;
  const others = Object.entries(annotations).filter(([name]) => !LOCK_FIELDS.includes(name));
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, ...OWN_LABELS },
      annotations: { ...Object.fromEntries(others), ...own },
    },
  };
}
