import { isDeepStrictEqual } from 'node:util';
import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { servedResources } from '../../jobs/lib/kubernetes/discovery.ts';
import { isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { isKubeObject, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { get, onConflictAgain } from '../../jobs/lib/kubernetes/write.ts';

/** Where the status of an object goes: to `/status` where the definition has the subresource, else with the object. */
export type StatusPlace = 'subresource' | 'object';

/** What the API server serves now. */
export async function statusPlace(client: KubeClient): Promise<StatusPlace> {
  const { group, version, plural } = CALICO_UPGRADES;
  const served = await servedResources(client, group, version);
  return served.has(`${plural}/status`) ? 'subresource' : 'object';
}

export type PutStatus =
  /** `isKept` is false where the answer has another status: a server with the subresource ignores one that comes with the object. */
  | { readonly object: KubeObject; readonly isKept: boolean }
  /** The object is deleted. */
  | 'gone'
  /** There is the object, but no such place. */
  | 'not-served';

/**
 * Writes the status onto the object as it was last known; where somebody changed it since, onto what is there now, so
 * that nothing but the status is changed. An object of the same name with another uid is another object.
 */
export function putStatus(
  client: KubeClient,
  place: StatusPlace,
  known: KubeObject,
  status: unknown,
): Promise<PutStatus> {
  let base: KubeObject | undefined = known;
  return onConflictAgain(async () => {
    const current = base ?? (await getSame(client, known));
    base = undefined; // a conflict says that it is out of date
    if (!current) return 'gone';
    const written = await putOnce(client, place, { ...current, status });
    if (!written) return (await getSame(client, known)) ? 'not-served' : 'gone';
    return { object: written, isKept: isDeepStrictEqual(written.status, status) };
  });
}

/** Undefined where the API server does not find the place. */
async function putOnce(
  client: KubeClient,
  place: StatusPlace,
  body: KubeObject,
): Promise<KubeObject | undefined> {
  const object = objectPath(CALICO_UPGRADES, body.metadata.name);
  const path = place === 'subresource' ? `${object}/status` : object;
  try {
    const answer = await client.request({ method: 'PUT', path, body });
    return isKubeObject(answer) ? answer : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The object as it is now; undefined where it is deleted, though another may have its name. */
export async function getSame(client: KubeClient, known: KubeObject): Promise<KubeObject | undefined> {
  const { name, uid } = known.metadata;
  const found = await get(client, CALICO_UPGRADES, name);
  return found?.metadata.uid === uid ? found : undefined;
}
