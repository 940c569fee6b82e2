import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { crdName, ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { seedObjects } from '../../cluster/seed.ts';
import { deleteCrd } from '../clean-cluster.ts';
import { readContent } from '../content.ts';
import { type JobCluster, type SharedCluster, useJobCluster } from '../job-cluster.ts';
import { CRDS } from '../resources.ts';
import { installCalico, type UpgradedCalico } from '../upgraded-calico.ts';

const felix = (name: string, value: string) => ({
  plural: 'globalfelixconfigs',
  object: {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'GlobalFelixConfig',
    metadata: { name: name.toLowerCase() },
    spec: { name, value },
  },
});

/** Objects of Calico 3.0 as it makes them by itself, and policies that only its users made. */
const V3_OBJECTS = [
  ['FelixConfiguration', 'default', undefined, { logSeverityScreen: 'Info', ipipEnabled: true }],
  ['FelixConfiguration', 'node.node-1', undefined, { defaultEndpointToHostAction: 'Return' }],
  ['BGPConfiguration', 'default', undefined, { asNumber: 64512, nodeToNodeMeshEnabled: true }],
  ['ClusterInformation', 'default', undefined, { clusterGUID: '7d0f1c92', datastoreReady: true }],
  ['NetworkPolicy', 'default.allow-web', 'default', { selector: "tier == 'web'", types: ['Ingress'] }],
  ['NetworkPolicy', 'default.allow-dns', 'kube-system', { selector: 'all()', types: ['Ingress'] }],
] as const;

export const V3_COUNT = V3_OBJECTS.length;

/** Defines the four kinds, and writes objects of them. */
export async function defineV3(client: KubeClient): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await Promise.all(NEW_IN_3_0.map(kind => ensureCrd(client, CRDS, kind, signal)));
  for (const [kind, name, namespace, spec] of V3_OBJECTS) {
    const resource = NEW_IN_3_0.find(candidate => candidate.kind === kind) ?? assert.fail(kind);
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    await create(
      client,
      resource,
      { apiVersion: 'crd.projectcalico.org/v1', kind, metadata, spec },
      namespace,
    );
  }
}

/** A cluster whose downgrade from 3.0 to 2.6 is finished, unless told otherwise. */
async function seedDowngraded({ client }: JobCluster, calico: UpgradedCalico = {}): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await Promise.all(TPR_KINDS.map(({ crd }) => ensureCrd(client, CRDS, crd, signal)));
  await seedObjects(client, [felix('ClusterType', 'k8s,bgp,KDD'), felix('LogSeverityScreen', 'info')]);
  await defineV3(client);
  const image = 'quay.io/calico/node:v2.6.12';
  await installCalico(client, { image, podImages: [image, image], ...calico });
}

/** A cluster for the tests of a file, downgraded from 3.0 to 2.6 before each of them. */
export function useDowngradedCluster(): SharedCluster {
  const jobs = useJobCluster({}, { keepCrds: true });
  beforeEach(async () => {
    await Promise.all(NEW_IN_3_0.map(kind => deleteCrd(jobs.client, crdName(kind))));
    await seedDowngraded(jobs);
  });
  return jobs;
}

/** What has to stay: everything but the four definitions and their objects. */
export async function otherContent(client: KubeClient) {
  const { crds, crdObjects, nodes } = await readContent(client);
  const names = new Set(NEW_IN_3_0.map(crdName));
  const kinds = new Set(NEW_IN_3_0.map(({ kind }) => kind));
  return {
    crds: crds.filter(({ metadata }) => !names.has(metadata.name)),
    crdObjects: crdObjects.filter(({ kind }) => !kinds.has(kind ?? '')),
    nodes,
  };
}

/** Definitions and objects of the four kinds, byte by byte but for what the server sets. */
export async function v3Texts(client: KubeClient): Promise<readonly string[]> {
  const names = new Set(NEW_IN_3_0.map(({ plural }) => `${plural}.crd.projectcalico.org`));
  const definitions = ((await list(client, CRDS)) ?? []).filter(({ metadata }) => names.has(metadata.name));
  const lists = await Promise.all(NEW_IN_3_0.map(kind => list(client, kind)));
  const objects = lists.flatMap(found => found ?? []);
  return [...definitions.map(({ status: _, ...rest }) => rest), ...objects]
    .map(object => JSON.stringify(withoutServerFields(object)))
    .sort();
}
