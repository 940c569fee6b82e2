import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as v from 'valibot';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { inNode, kubectl } from '../cluster/nodes/commands.ts';
import { defineTprs, seedObjects } from '../cluster/seed.ts';
import { type CalicoNodeSettings, calicoNodeDaemonSet } from '../image/calico-node/daemon-set.ts';
import type { calicoNodeVersions } from '../image/cluster-images.ts';
import { eventually } from './eventually.ts';
import { nodeAnnotations, OLD_OBJECTS } from './old-cluster.ts';

const MANIFEST = join(import.meta.dirname, 'calico-node-2.4.yaml');

const daemonSet = v.object({
  kind: v.literal('DaemonSet'),
  spec: v.object({
    template: v.object({
      spec: v.object({
        serviceAccountName: v.string(),
        containers: v.tuple([v.object({ env: v.array(v.unknown()) })]),
      }),
    }),
  }),
});

type CalicoVersion = (typeof calicoNodeVersions)[number];

export type HostedCalicoSettings = Omit<CalicoNodeSettings, 'image' | 'nodes'>;

/** The hosted install that `calico-node-2.4.yaml` is a part of, with pods that run: real BIRD, and no Felix. */
export function hostedCalico(
  { registry, nodes }: NodeCluster,
  version: CalicoVersion,
  settings: HostedCalicoSettings = {},
) {
  const documents = loadAll(readFileSync(MANIFEST, 'utf8'));
  const others = documents.filter(document => isRecord(document) && document.kind !== 'DaemonSet');
  const own = v.parse(
    daemonSet,
    documents.find(document => v.is(daemonSet, document)),
  );
  const { serviceAccountName, containers } = own.spec.template.spec;
  const standIn = calicoNodeDaemonSet({
    image: `${registry}/calico/node:${version}`,
    nodes,
    ...settings,
  });
  const { template } = standIn.spec;
  const podSpec = {
    ...template.spec,
    serviceAccountName,
    containers: template.spec.containers.map(container => ({
      ...container,
      env: [...containers[0].env, ...container.env],
    })),
  };
  const spec = { ...standIn.spec, template: { ...template, spec: podSpec } };
  return { apiVersion: 'v1', kind: 'List', items: [...others, { ...standIn, spec }] };
}

/** Calico's data as years of use leave it, and what its nodes have written on their Nodes. */
export async function seedOldCalico(cluster: NodeCluster, client: KubeClient): Promise<void> {
  await defineTprs(client);
  await seedObjects(client, OLD_OBJECTS);
  for (const [index, { name, address }] of cluster.nodes.entries()) {
    const annotations = Object.entries(nodeAnnotations(index + 1, address));
    const words = annotations.map(([key, value]) => `${key}=${value}`);
    await kubectl(cluster, ['annotate', 'node', name, ...words]);
  }
}

/** Waits until calico-node has its BGP sessions on every node, and each node the routes to the pods of all others. */
export async function waitForCalico(cluster: NodeCluster): Promise<void> {
  const ready = [
    '-n',
    'kube-system',
    'get',
    'daemonset',
    'calico-node',
    '-o',
    'jsonpath={.status.numberReady}',
  ];
  const { length } = cluster.nodes;
  await eventually('calico-node is ready on every node', async () => {
    return Number(await kubectl(cluster, ready)) === length;
  });
  for (const { name } of cluster.nodes) {
    await eventually(`the node ${name} has all routes`, async () => {
      const routes = await inNode(cluster, name, 'ip', 'route', 'show', 'proto', 'bird');
      return routes.split('\n').filter(route => route.includes(' via ')).length === length - 1;
    });
  }
}
