import type { KubeClient } from './client.ts';
import { list } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

/** Objects of several kinds of one group, by plural; undefined where the kind is not defined. */
export type ObjectsByPlural = ReadonlyMap<string, readonly KubeObject[] | undefined>;

/** Lists kinds of one group, one after the other: the text of a list takes more memory than its objects. */
export async function listKinds(
  client: KubeClient,
  resources: readonly Resource[],
): Promise<ObjectsByPlural> {
  const found = new Map<string, readonly KubeObject[] | undefined>();
  for (const resource of resources) found.set(resource.plural, await list(client, resource));
  return found;
}
