import { join } from 'node:path';
import { DAEMON_SETS, PODS, SERVICE_ACCOUNTS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { calicoDaemonSet, type Install } from './calico-install.ts';

const NAMESPACE = 'kube-system';
const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** How calico-node is installed; unless told otherwise by an upgrade to 2.5 that is finished. */
export interface UpgradedCalico {
  /** `calico-node` or `canal`. */
  readonly name?: string;
  /** Of the DaemonSet. */
  readonly image?: string;
  readonly env?: Install['env'];
  /** Of each pod. */
  readonly podImages?: readonly string[];
  /** Whether the pods are Ready. */
  readonly ready?: boolean;
}

export const NODE_2_5 = 'quay.io/calico/node:v2.5.1';

/** Creates the DaemonSet, on no Node, and pods in its place, whose status nobody else writes. */
export async function installCalico(client: KubeClient, calico: UpgradedCalico = {}): Promise<void> {
  const { name = 'calico-node', image = NODE_2_5, env = {}, podImages = [NODE_2_5, NODE_2_5] } = calico;
  await create(client, SERVICE_ACCOUNTS, { metadata: { name, namespace: NAMESPACE } }, NAMESPACE);
  const [, daemonSet] = calicoDaemonSet({ name, image, env });
  const spec = JSON.parse(JSON.stringify(daemonSet.spec));
  spec.template.spec.nodeSelector = { 'calico-upgrade-test': 'no-node' };
  const [resource] = DAEMON_SETS;
  if (!resource) throw new Error('no form of DaemonSets');
  await create(client, resource, { ...daemonSet, spec }, NAMESPACE);
  for (const [index, podImage] of podImages.entries())
    await createPod(client, `${name}-${index}`, {
      account: name,
      image: podImage,
      ready: calico.ready ?? true,
    });
}

/** Creates one pod of calico-node. */
export async function createPod(
  client: KubeClient,
  name: string,
  { account = 'calico-node', image = NODE_2_5, container = 'calico-node', ready = true } = {},
): Promise<void> {
  const metadata = { name, namespace: NAMESPACE, labels: { 'k8s-app': account } };
  const spec = {
    serviceAccountName: account,
    nodeSelector: { 'calico-upgrade-test': 'no-node' },
    containers: [{ name: container, image }],
  };
  await create(client, PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, NAMESPACE);
  await client.request({
    method: 'PATCH',
    path: `${objectPath(PODS, name, NAMESPACE)}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } },
  });
}

/** Applies a manifest of this repository, such as `rbac-kdd.yaml`, or deletes what it has. */
export async function kubectlManifest(
  cluster: Cluster,
  verb: 'apply' | 'delete',
  manifest: string,
): Promise<void> {
  const options = verb === 'delete' ? ['--ignore-not-found'] : [];
  const { exitCode, stderr } = await cluster.kubectl([verb, '-f', join(MANIFESTS, manifest), ...options]);
  if (exitCode !== 0) throw new Error(stderr);
}
