import { NEW_IN_3_0 } from '../lib/calico/crd-kinds.ts';
import { CRD_OBJECTS_FILE, listText } from '../lib/calico/object-list.ts';
import { withoutServerFields } from '../lib/kubernetes/clean.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { type CrdKind, crdDifferences, crdName } from '../lib/kubernetes/crd.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { withNewer } from '../lib/kubernetes/object-sets.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { get } from '../lib/kubernetes/write.ts';

/** A kind of Calico 3.0 as it is in the cluster. */
export interface V3Kind {
  readonly kind: CrdKind;
  readonly definition: KubeObject | undefined;
  readonly objects: readonly KubeObject[];
}

/** Reads the four definitions and their objects in all namespaces. */
export async function readV3Data(client: KubeClient, crds: Resource): Promise<readonly V3Kind[]> {
  return Promise.all(NEW_IN_3_0.map(kind => readV3Kind(client, crds, kind)));
}

export async function readV3Kind(client: KubeClient, crds: Resource, kind: CrdKind): Promise<V3Kind> {
  const definition = await get(client, crds, crdName(kind));
  return { kind, definition, objects: (await list(client, kind)) ?? [] };
}

/** Definitions that are not the ones that Calico 3.0 brings, a line each: they are somebody else's. */
export function strangeDefinitions(data: readonly V3Kind[]): readonly string[] {
  return data.flatMap(({ kind, definition }) => {
    const differences = definition ? crdDifferences(definition, kind) : [];
    return differences.length === 0
      ? []
      : [`CustomResourceDefinition ${crdName(kind)} is not Calico's: ${differences.join('; ')}`];
  });
}

/**
 * The files of a backup: the objects as `restore` takes them, and before it the definitions as `kubectl create -f` does.
 */
export function backupFiles(data: readonly V3Kind[]): ReadonlyMap<string, string> {
  const definitions = data.flatMap(({ definition }) => definition ?? []);
  const plain = definitions.map(({ status: _, ...rest }) => withoutFinalizers(withoutServerFields(rest)));
  return new Map([
    ['customresourcedefinitions.json', listText(plain)],
    [CRD_OBJECTS_FILE, listText(data.flatMap(({ objects }) => objects))],
  ]);
}

/** The API server puts its own finalizer on definitions; nobody who creates them does. */
function withoutFinalizers(object: KubeObject): KubeObject {
  const { finalizers: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Both, an object of `now` in the place of an older one. */
export const together = (saved: V3Kind, now: V3Kind): V3Kind => ({
  kind: saved.kind,
  definition: saved.definition ?? now.definition,
  objects: withNewer(saved.objects, now.objects),
});
