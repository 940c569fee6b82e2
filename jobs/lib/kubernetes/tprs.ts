import { THIRD_PARTY_RESOURCES } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { list } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

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
 * defined" is thrown: a list that fails never counts as empty.
 */
export async function readTprs(client: KubeClient, kinds: readonly TprDefinedKind[]): Promise<Tprs> {
  const names = new Set(kinds.map(({ tprName }) => tprName));
  const [definitions, ...instances] = await Promise.all([
    list(client, THIRD_PARTY_RESOURCES),
    ...kinds.map(({ tpr }) => list(client, tpr)),
  ]);
  return {
    definitions: (definitions ?? []).filter(({ metadata }) => names.has(metadata.name)),
    instances: new Map(kinds.map(({ tprName }, index) => [tprName, instances[index]])),
  };
}
