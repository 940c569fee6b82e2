import { join } from 'node:path';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type NodeCluster, type NodeClusterOptions, startNodeCluster } from '../cluster/nodes/cluster.ts';
import { kubectl } from '../cluster/nodes/commands.ts';
import {
  type HostedCalicoSettings,
  hostedCalico,
  seedOldCalico,
  waitForCalico,
} from '../demo/hosted-calico.ts';
import { type Operator, operatorOf } from './operator.ts';

/** A cluster with nodes that runs a hosted Calico 2.4, and its operator. */
export interface OldCluster {
  readonly cluster: NodeCluster;
  readonly client: KubeClient;
  readonly operator: Operator;
  stop(): Promise<void>;
}

const RBAC_OF_2_4 = join(import.meta.dirname, 'calico/rbac-2.4.yaml');

/** Starts it, with data of all five kinds and peers of Nodes. */
export async function startOldCluster(
  options: NodeClusterOptions,
  calico: HostedCalicoSettings = {},
): Promise<OldCluster> {
  const cluster = await startNodeCluster({ ...options, tpr: { delayMs: 300 } });
  const client = connect({ kubeconfig: cluster.kubeconfig });
  const stop = async () => {
    await client.close();
    await cluster.stop();
  };
  try {
    await kubectl(cluster, ['apply', '-f', RBAC_OF_2_4]);
    await kubectl(cluster, ['apply', '-f', '-'], hostedCalico(cluster, 'v2.4.1', calico));
    await Promise.all([seedOldCalico(cluster, client), waitForCalico(cluster)]);
    return { cluster, client, operator: await operatorOf(cluster), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
