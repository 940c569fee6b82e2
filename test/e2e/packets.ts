import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { inNode } from '../cluster/nodes/commands.ts';

/** The user of our images, and of nothing else on the nodes. */
const JOB_USER = '65532';

const CHAIN = 'calico-upgrade-jobs';

/** Counts on every node the packets that jobs send to each of these servers (URLs), and to anything else. */
export async function countPackets(cluster: NodeCluster, servers: readonly string[]): Promise<void> {
  const goals = servers.map(server => new URL(server));
  const rules = [
    `-N ${CHAIN}`,
    ...goals.map(({ hostname, port }) => `-A ${CHAIN} -p tcp -d ${hostname} --dport ${port} -j RETURN`),
    `-A ${CHAIN} -j RETURN`,
    `-I OUTPUT -m owner --uid-owner ${JOB_USER} -j ${CHAIN}`,
  ];
  for (const { name } of cluster.nodes) {
    for (const rule of rules) await inNode(cluster, name, 'iptables', ...rule.split(' '));
  }
}

/** The counts of all nodes together, in the order of the servers; the last one is that of everything else. */
export async function packetsSent(cluster: NodeCluster): Promise<readonly number[]> {
  const sums: number[] = [];
  for (const { name } of cluster.nodes) {
    const [, , ...rows] = (await inNode(cluster, name, 'iptables', '-nvxL', CHAIN)).split('\n');
    for (const [index, row] of rows.entries()) {
      sums[index] = (sums[index] ?? 0) + Number(/^\s*(\d+)/.exec(row)?.[1]);
    }
  }
  return sums;
}
