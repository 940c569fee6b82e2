import { TPR_KINDS, type TprKind } from '../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { mergePatch } from '../../jobs/lib/kubernetes/write.ts';

/** Changes fields of an object as a person with kubectl does; null takes one out. */
export async function patch(
  client: KubeClient,
  resource: Resource,
  object: Pick<KubeObject, 'metadata'>,
  fields: Record<string, unknown>,
): Promise<void> {
  const { name, namespace } = object.metadata;
  await mergePatch(client, resource, name, () => fields, namespace);
}

/** A field of each kind of CRD object, with a value that no test object has. */
export const CHANGED_SPEC: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  GlobalFelixConfig: { value: 'changed' },
  GlobalBGPConfig: { value: 'changed' },
  IPPool: { disabled: true, 'nat-outgoing': null },
  BGPPeer: { asNumber: 65999 },
  GlobalNetworkPolicy: { selector: "changed == 'yes'" },
};

/** Changes one existing CRD object of each kind, and returns how many these are. */
export async function changeEveryKind(client: KubeClient): Promise<number> {
  const changed = await Promise.all(TPR_KINDS.map(kind => changeOne(client, kind)));
  return changed.filter(Boolean).length;
}

/** Changes the last object of a kind: the first ones are those that nodes may rewrite themselves. */
async function changeOne(client: KubeClient, { crd }: TprKind): Promise<boolean> {
  const object = (await list(client, crd))?.findLast(({ spec }) => isRecord(spec) && !spec.disabled);
  const spec = CHANGED_SPEC[crd.kind];
  if (!object || !spec) return false;
  await patch(client, crd, object, { spec });
  return true;
}
