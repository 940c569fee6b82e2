import { CRD_KINDS } from '../../jobs/lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, DAEMON_SETS, NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { crdName } from '../../jobs/lib/kubernetes/crd.ts';
import { isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { listPath, objectPath, type Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import { CRDS } from './resources.ts';

/**
 * Brings a cluster back to how it was before a test seeded it and ran jobs in it: no objects of Calico, none of the
 * CRDs unless they are to be kept, nothing of ours in `default`. The definitions of ThirdPartyResources stay: their
 * endpoints need seconds.
 */
export async function cleanCluster(
  client: KubeClient,
  { keepCrds = false }: { readonly keepCrds?: boolean } = {},
): Promise<void> {
  await Promise.all([
    ...TPR_KINDS.map(({ tpr }) => deleteAll(client, tpr)),
    ...(keepCrds ? CRD_KINDS.map(crd => deleteAll(client, crd)) : [deleteCrds(client)]),
    deleteAll(client, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade'),
    deleteCalico(client),
  ]);
}

/** Deletes Calico's CRDs with their objects, and waits until they can be defined again. */
export async function deleteCrds(client: KubeClient): Promise<void> {
  await Promise.all(CRD_KINDS.map(crd => deleteCrd(client, crdName(crd))));
}

/** Deletes a CRD with its objects; returns when it is gone. */
export async function deleteCrd(client: KubeClient, name: string): Promise<void> {
  await deleteObject(client, CRDS, name);
  await untilGone(client, CRDS, name);
}

/** Deletes an object at once; one that does not exist is as good. */
export async function deleteObject(
  client: KubeClient,
  resource: Resource,
  name: string,
  namespace?: string,
): Promise<void> {
  const path = objectPath(resource, name, namespace);
  try {
    await client.request({ method: 'DELETE', path, query: { gracePeriodSeconds: '0' } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

export async function untilGone(
  client: KubeClient,
  resource: Resource,
  name: string,
  namespace?: string,
): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  while (await get(client, resource, name, namespace)) await sleep(20, signal);
}

/** Returns when the API server answers 404 to a list of the kind. */
export async function untilNotServed(client: KubeClient, resource: Resource): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  while (await list(client, resource)) await sleep(50, signal);
}

/** Deletes the objects of a kind in every namespace, those with the labels where given. */
export async function deleteAll(
  client: KubeClient,
  resource: Resource,
  labelSelector?: string,
): Promise<void> {
  const objects = (await list(client, resource, labelSelector ? { labelSelector } : {})) ?? [];
  const scopes = new Set(objects.map(({ metadata }) => metadata.namespace));
  const query = { gracePeriodSeconds: '0', ...(labelSelector && { labelSelector }) };
  for (const namespace of scopes)
    await client.request({ method: 'DELETE', path: listPath(resource, namespace), query });
}

/** What a test may have made of Calico itself: DaemonSet first, it makes pods anew; and the Nodes. */
async function deleteCalico(client: KubeClient): Promise<void> {
  const namespace = 'kube-system';
  const [daemonSets] = DAEMON_SETS;
  if (daemonSets) await deleteAll(client, daemonSets);
  await deleteAll(client, PODS);
  await deleteAll(client, NODES);
  for (const name of ['calico-config', 'canal-config'])
    await deleteObject(client, CONFIG_MAPS, name, namespace);
}
