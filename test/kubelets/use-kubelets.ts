import { after, before } from 'node:test';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { KUBELETS_CLUSTER, type Kubelets, type KubeletsOptions, startKubelets } from './kubelets.ts';

/** A cluster with simulated nodes, and an administrator's client. */
export interface KubeletCluster {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly kubelets: Kubelets;
}

/** Starts all of it; `stop` ends it in the right order. */
export async function startKubeletCluster(
  options: KubeletsOptions,
): Promise<KubeletCluster & { stop(): Promise<void> }> {
  const cluster = await startCluster(KUBELETS_CLUSTER);
  const client = connect({ kubeconfig: cluster.kubeconfig });
  const stopBoth = async (): Promise<void> => {
    await client.close();
    await cluster.stop();
  };
  try {
    const kubelets = await startKubelets(cluster, options);
    return { cluster, client, kubelets, stop: () => kubelets.stop().finally(stopBoth) };
  } catch (error) {
    await stopBoth();
    throw error;
  }
}

/** Gives the tests of a file, or of a `describe`, one of them. */
export function useKubelets(options: KubeletsOptions): KubeletCluster {
  let started: Awaited<ReturnType<typeof startKubeletCluster>> | undefined;
  const current = (): KubeletCluster => {
    if (!started) throw new Error('the cluster runs only while tests run');
    return started;
  };
  before(async () => {
    started = await startKubeletCluster(options);
  });
  after(() => started?.stop());
  return {
    get cluster() {
      return current().cluster;
    },
    get client() {
      return current().client;
    },
    get kubelets() {
      return current().kubelets;
    },
  };
}
