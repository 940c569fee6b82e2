import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type CrdKind, crdName, crdObject, ensureCrd } from '../../jobs/lib/kubernetes/crd.ts';
import { firstServed, servedResources } from '../../jobs/lib/kubernetes/discovery.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { create, update } from '../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import { deleteObject, untilNotServed } from '../jobs/clean-cluster.ts';

const KIND: CrdKind = { ...CALICO_UPGRADES, singular: 'calicoupgrade' };

async function crds(client: KubeClient): Promise<Resource> {
  const api = await firstServed(client, CUSTOM_RESOURCE_DEFINITIONS);
  if (!api) throw new Error('this API server serves no CustomResourceDefinitions');
  return api;
}

/** Defines CalicoUpgrades as on Kubernetes 1.7: plain, without the subresource for the status. */
export async function defineUpgrades(client: KubeClient): Promise<void> {
  await ensureCrd(client, await crds(client), KIND, AbortSignal.timeout(60_000));
}

/** Gives the definition the subresource for the status, or takes it away; returns when discovery says so. */
export async function setStatusSubresource(client: KubeClient, has: boolean): Promise<void> {
  const api = await crds(client);
  const wanted = crdObject(api, KIND);
  const spec = isRecord(wanted.spec) ? wanted.spec : {};
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isRecord) : [];
  const changed = versions.map(version => ({ ...version, ...(has && { subresources: { status: {} } }) }));
  await update(client, api, crdName(KIND), current => ({
    ...current,
    spec: { ...spec, versions: changed },
  }));
  const { group, version, plural } = CALICO_UPGRADES;
  const signal = AbortSignal.timeout(60_000);
  while ((await servedResources(client, group, version)).has(`${plural}/status`) !== has)
    await sleep(50, signal);
}

/** Creates a CalicoUpgrade; returns it as it is stored. */
export async function createUpgrade(
  client: KubeClient,
  name: string,
  spec: Readonly<Record<string, unknown>> = { targetVersion: 'v2.6.12' },
): Promise<KubeObject> {
  const { group, version, kind } = CALICO_UPGRADES;
  const { object } = await create(client, CALICO_UPGRADES, {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name },
    spec,
  });
  return object;
}

/** Deletes the definition with its objects; returns when the kind is not served any more. */
export async function undefineUpgrades(client: KubeClient): Promise<void> {
  await deleteObject(client, await crds(client), crdName(KIND));
  await untilNotServed(client, CALICO_UPGRADES);
}
