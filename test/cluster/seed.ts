import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { waitUntilServed } from '../../jobs/lib/kubernetes/served.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { forEachConcurrently } from '../../jobs/lib/run/concurrency.ts';

const NAMESPACES: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/** An object of one of the five kinds, as the recordings write it. */
export interface SeedObject {
  readonly plural: string;
  readonly object: KubeObject;
}

/** Defines ThirdPartyResources, all five or those named, as calico-node up to 2.4 does, and waits until they are served. */
export async function defineTprs(
  client: KubeClient,
  names = TPR_KINDS.map(({ tprName }) => tprName),
): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const kinds = TPR_KINDS.filter(({ tprName }) => names.includes(tprName));
  for (const { tprName, description } of kinds) {
    await create(client, THIRD_PARTY_RESOURCES, {
      apiVersion: 'extensions/v1beta1',
      kind: 'ThirdPartyResource',
      metadata: { name: tprName },
      description,
      versions: [{ name: 'v1' }],
    });
  }
  await Promise.all(kinds.map(({ tpr }) => waitUntilServed(client, tpr, signal)));
}

/** Writes objects of the TPR or CRD kinds, with their namespaces. */
export async function seedObjects(client: KubeClient, objects: readonly SeedObject[]): Promise<void> {
  for (const namespace of new Set(objects.flatMap(({ object }) => object.metadata.namespace ?? []))) {
    await create(client, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  const resources = new Map(
    TPR_KINDS.flatMap(({ tpr, crd }) =>
      [tpr, crd].map(resource => [`${resource.group}/${resource.plural}`, resource]),
    ),
  );
  await forEachConcurrently(objects, 16, async ({ plural, object }) => {
    const group = object.apiVersion?.split('/')[0] ?? '';
    const resource = resources.get(`${group}/${plural}`);
    if (!resource) throw new Error(`no kind ${plural}.${group}`);
    const { created } = await create(client, resource, object, object.metadata.namespace);
    if (!created) throw new Error(`${plural} ${object.metadata.name} was there before it was seeded`);
  });
}

/** Creates Nodes (without kubelets) with these annotations. */
export async function seedNodes(
  client: KubeClient,
  nodes: readonly { readonly name: string; readonly annotations: Readonly<Record<string, string>> }[],
): Promise<void> {
  for (const { name, annotations } of nodes) {
    await create(client, NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations } });
  }
}
