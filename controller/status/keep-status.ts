import { isDeepStrictEqual } from 'node:util';
import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { resourceName } from '../../jobs/lib/kubernetes/resource.ts';
import { failedRun } from '../../jobs/lib/run/failure.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import { getSame, putStatus, type StatusPlace, statusPlace } from './put-status.ts';

/** Own writes that a watch may still show. */
const OWN_VERSIONS = 32;

export interface StatusKeeperOptions {
  readonly client: KubeClient;
  readonly upgrade: KubeObject;
  readonly log: Log;
  readonly onGone: () => void;
}

/** What is known of the status of one CalicoUpgrade, to write no status twice. One write at a time. */
export interface StatusKeeper {
  /** Whether there is nothing to write: it is this status already, or there is no object any more. */
  holds(status: unknown): boolean;
  /** Writes a status (JSON). Throws an ApiError. */
  keep(status: unknown): Promise<void>;
  sawObject(object: KubeObject): void;
}

/** Starts from the object as it was read. */
export function statusKeeper({ client, upgrade, log, onGone }: StatusKeeperOptions): StatusKeeper {
  const own = ownVersions();
  own.add(upgrade);
  let known: KubeObject | undefined = upgrade;
  let kept: unknown = upgrade.status;
  let place: StatusPlace | undefined;
  let isGone = false;
  let hasWarned = false;

  const remember = (object: KubeObject, status: unknown): void => {
    known = object;
    kept = status;
    own.add(object);
  };
  const gone = (): void => {
    isGone = true;
    onGone();
  };
  /** False where the API server has now another place for it. */
  const putAt = async (where: StatusPlace, base: KubeObject, status: unknown): Promise<boolean> => {
    const result = await putStatus(client, where, base, status);
    if (result === 'gone') gone();
    else if (result === 'not-served' || !result.isKept) {
      place = await statusPlace(client);
      if (place !== where) return false;
      if (result === 'not-served') throw failedRun(notKept(upgrade));
      if (!hasWarned) log.warn(notKept(upgrade));
      hasWarned = true;
      remember(result.object, status);
    } else remember(result.object, status);
    return true;
  };
  return {
    holds: status => isGone || isDeepStrictEqual(kept, status),
    async keep(status) {
      const base = known ?? (await getSame(client, upgrade));
      if (!base) return gone();
      if (!known && isDeepStrictEqual(base.status, status)) return remember(base, status);
      known = undefined; // unless this write succeeds: one that fails may have been done
      kept = undefined;
      place ??= await statusPlace(client);
      const isDone = (await putAt(place, base, status)) || (await putAt(place, base, status));
      if (!isDone) throw failedRun(notKept(upgrade));
    },
    sawObject(object) {
      if (object.metadata.uid !== upgrade.metadata.uid || own.has(object)) return;
      known = undefined;
      kept = undefined;
    },
  };
}

/** The states of the object that we made, for a watch that shows them. */
function ownVersions() {
  const versions = new Set<unknown>();
  return {
    has: ({ metadata }: KubeObject): boolean => versions.has(metadata.resourceVersion),
    add({ metadata }: KubeObject): void {
      versions.add(metadata.resourceVersion);
      const [oldest] = versions;
      if (versions.size > OWN_VERSIONS) versions.delete(oldest);
    },
  };
}

const notKept = ({ metadata: { name } }: KubeObject): string =>
  `the API server does not keep the status of CalicoUpgrade ${name} as it is written. Compare the CustomResourceDefinition ${resourceName(CALICO_UPGRADES)} with that of the manifests`;
