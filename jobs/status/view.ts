import { fingerprint } from '../lib/calico/upgrade/fingerprint.ts';
import { type Phase, readStatus, type UpgradeStatus } from '../lib/calico/upgrade/status.ts';
import { isBeingDeleted, type KubeObject } from '../lib/kubernetes/object.ts';

/** What there is to say of a CalicoUpgrade. */
export interface UpgradeView {
  readonly name: string;
  /** Undefined before the controller wrote one. */
  readonly status: UpgradeStatus | undefined;
  /** What makes the status doubtful, a sentence; undefined where nothing does. */
  readonly doubt: string | undefined;
}

/** Reads an object as the API server has it. */
export function viewOf(object: KubeObject): UpgradeView {
  const status = readStatus(object.status);
  return { name: object.metadata.name, status, doubt: doubtOf(object, status) };
}

function doubtOf(object: KubeObject, status: UpgradeStatus | undefined): string | undefined {
  if (isBeingDeleted(object)) return 'it is being deleted';
  if (!status) {
    return object.status
      ? 'its status cannot be read: somebody edited it, or it is of another release of this program'
      : 'it has no status yet: is the controller running?';
  }
  const { observedSpec } = status;
  return observedSpec !== undefined && observedSpec !== fingerprint(object.spec)
    ? 'its spec was changed since, which the controller has not seen yet'
    : undefined;
}

const GOOD_ENDS: readonly Phase[] = ['Complete', 'RolledBack'];
const BAD_ENDS: readonly Phase[] = ['Stopped', 'Invalid'];

/** How an upgrade came to an end by itself; undefined while there is more to come. */
export function endOf({ status, doubt }: UpgradeView): 'good' | 'bad' | undefined {
  if (!status || doubt !== undefined) return undefined;
  if (GOOD_ENDS.includes(status.phase)) return 'good';
  return BAD_ENDS.includes(status.phase) ? 'bad' : undefined;
}
