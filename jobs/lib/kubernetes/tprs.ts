import { failedRun, refused } from '../run/failure.ts';
import { THIRD_PARTY_RESOURCES } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { list } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';
import { waitUntilServed } from './served.ts';

/** A kind that a ThirdPartyResource of the given name defines. */
export interface TprDefinedKind {
  readonly tprName: string;
  readonly tpr: Resource;
}

/** ThirdPartyResource objects and their instances of all namespaces, as read at one time. */
export interface Tprs {
  readonly definitions: readonly KubeObject[];
  /** By name of the ThirdPartyResource; undefined where its endpoint is not served. */
  readonly instances: ReadonlyMap<string, readonly KubeObject[] | undefined>;
}

/**
 * Reads the ThirdPartyResources of the given kinds through the API: a list each. Any error but "the kind is not
 * defined" is thrown: a list that fails never counts as empty. A kind that is defined but not served, as on one of
 * several API servers for some seconds, is waited for.
 */
export async function readTprs(
  client: KubeClient,
  kinds: readonly TprDefinedKind[],
  signal: AbortSignal,
): Promise<Tprs> {
  const all = await list(client, THIRD_PARTY_RESOURCES);
  if (!all) {
    throw refused(
      'this API server does not serve ThirdPartyResources, so that nobody can tell whether there are any. Read them from etcd (--from-etcd), or look at the API servers',
    );
  }
  const defined = new Set(all.map(({ metadata }) => metadata.name));
  const instances = new Map<string, readonly KubeObject[] | undefined>();
  // One after the other: the text of a list, which 1.7 sends as a whole, takes more memory than its objects.
  for (const kind of kinds) {
    const objects = await list(client, kind.tpr);
    const isLate = objects === undefined && defined.has(kind.tprName);
    instances.set(kind.tprName, isLate ? await listWhenServed(client, kind, signal) : objects);
  }
  const names = new Set(kinds.map(({ tprName }) => tprName));
  return {
    definitions: all.filter(({ metadata }) => names.has(metadata.name)),
    instances,
  };
}

async function listWhenServed(
  client: KubeClient,
  { tpr, tprName }: TprDefinedKind,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  await waitUntilServed(client, tpr, signal);
  const objects = await list(client, tpr);
  if (objects) return objects;
  throw failedRun(
    `ThirdPartyResource ${tprName} is defined, but its objects are served only now and then. Look at the API servers, then start again`,
  );
}
