import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { isKubeObject, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { listPath, objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { LOCK_NAME, withAnnotations } from './record.ts';

/** Where the lock is, and who wants it. */
export interface LockOwner {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Another one for each process, also for two in one pod one after the other. */
  readonly holder: string;
  readonly leaseSeconds: number;
}

/** `ConfigMap calico-system/calico-upgrade-controller`, for messages. */
export const lockText = (namespace: string): string => `ConfigMap ${namespace}/${LOCK_NAME}`;

/** The ConfigMap; undefined where there is none. */
export function readLock({ client, namespace }: LockOwner): Promise<KubeObject | undefined> {
  return get(client, CONFIG_MAPS, LOCK_NAME, namespace);
}

/** Creates the ConfigMap; undefined where another one was faster. */
export function createLock(
  { client, namespace }: LockOwner,
  annotations: Readonly<Record<string, string>>,
): Promise<KubeObject | undefined> {
  const body = withAnnotations({ metadata: { name: LOCK_NAME, namespace } }, annotations);
  const path = listPath(CONFIG_MAPS, namespace);
  return unlessOutOfDate(isConflict, () => client.request({ method: 'POST', path, body }));
}

/** Writes the record onto the ConfigMap as it was read; undefined where it is another by now, or gone. */
export function replaceLock(
  { client, namespace }: LockOwner,
  base: KubeObject,
  annotations: Readonly<Record<string, string>>,
): Promise<KubeObject | undefined> {
  const body = withAnnotations(base, annotations);
  const path = objectPath(CONFIG_MAPS, LOCK_NAME, namespace);
  const isOutOfDate = (error: unknown): boolean => isConflict(error) || isNotFound(error);
  return unlessOutOfDate(isOutOfDate, () => client.request({ method: 'PUT', path, body }));
}

async function unlessOutOfDate(
  isOutOfDate: (error: unknown) => boolean,
  write: () => Promise<unknown>,
): Promise<KubeObject | undefined> {
  try {
    const answer = await write();
    return isKubeObject(answer) ? answer : undefined;
  } catch (error) {
    if (isOutOfDate(error)) return undefined;
    throw error;
  }
}
