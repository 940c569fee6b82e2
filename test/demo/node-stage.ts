import { join } from 'node:path';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { ensureNodeSupplies, type NodeCluster, startNodeCluster } from '../cluster/nodes/cluster.ts';
import { kubectl } from '../cluster/nodes/commands.ts';
import { cachedJobImage, jobImageName } from '../image/cached-job-image.ts';
import { eventually } from './eventually.ts';
import { hostedCalico, seedOldCalico, waitForCalico } from './hosted-calico.ts';
import { podOf } from './kubelet.ts';
import { readJob } from './manifest.ts';
import { OLD_OBJECTS } from './old-cluster.ts';
import { heading, ROOT } from './screen.ts';
import { DEFINING, inPhases, MANIFEST, type Stage } from './stage.ts';

/** Three nodes with containerd and kubelet, which run calico-node and the job from a private registry. */
export async function startNodeStage(): Promise<Stage> {
  const cluster = await start();
  const { registry, nodes } = cluster;
  return {
    cluster,
    nodeWithPeers: nodes.at(-1)?.name ?? '',
    seed: client => seed(cluster, client),
    async showCalico(shell) {
      await shell.run('kubectl -n kube-system get pods -l k8s-app=calico-node -o wide');
      await shell.run('kubectl -n kube-system exec daemonset/calico-node -- /ready.sh');
    },
    async runJob(client, shell, manifest = MANIFEST) {
      const job = await readJob(join(ROOT, manifest));
      const sed = `sed 's#image: calico-upgrade/job#image: ${registry}/calico-upgrade/job#' ${manifest}`;
      await shell.run(`${sed} | kubectl apply -f -`);
      const { metadata } = await podOf(client, job);
      await untilStarted(client, metadata.name);
      await shell.follow(`kubectl logs -f ${metadata.name}`);
      await shell.run(`kubectl wait --for=condition=complete --timeout=20s job/${job.metadata.name}`);
    },
  };
}

function start(): Promise<NodeCluster> {
  heading('Starting a Kubernetes cluster with three nodes on this machine');
  return inPhases(async progress => {
    progress.phase(
      'looking for containerd, a registry and the images; what is missing is installed or built',
    );
    await ensureNodeSupplies();
    const images = new Map([[jobImageName, await cachedJobImage()]]);
    progress.phase(
      'starting etcd, API server, controllers, a registry, and three nodes (takes some seconds)',
    );
    const cluster = await startNodeCluster({ name: 'demo', tpr: true, images });
    progress.phase(`the nodes are ready; the registry, the only one that they reach, is ${cluster.registry}`);
    return cluster;
  });
}

function seed(cluster: NodeCluster, client: KubeClient): Promise<void> {
  return inPhases(async progress => {
    progress.phase('starting calico-node 2.4 on every node: a stand-in with a real BIRD, and no Felix');
    await kubectl(cluster, ['apply', '-f', '-'], hostedCalico(cluster, 'v2.4.1'));
    progress.phase(`${DEFINING}; then writing ${OLD_OBJECTS.length} objects`);
    await seedOldCalico(cluster, client);
    progress.phase('waiting until all nodes have BGP sessions with all others, and their routes');
    await waitForCalico(cluster);
  });
}

/** There is no log before the container has started. */
function untilStarted(client: KubeClient, pod: string): Promise<true> {
  return eventually(`the pod ${pod} starts`, async () => {
    const found = await get(client, PODS, pod, 'default');
    return isRecord(found?.status) && found.status.phase !== 'Pending';
  });
}
