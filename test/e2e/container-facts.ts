import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { inNode } from '../cluster/nodes/commands.ts';

/** What the kernel says of a running job. */
export interface ContainerFacts {
  readonly users: string;
  readonly groups: string;
  /** Every set of capabilities that the process has or could get. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** What root, from outside, is told who tries to write into the container's root file system. */
  readonly writing: string;
  readonly networkOfNode: boolean;
  readonly processesOfNode: boolean;
}

/** Looks at the job that runs on a node. */
export async function containerFacts(cluster: NodeCluster, node: string): Promise<ContainerFacts> {
  const pid = await inNode(cluster, node, 'pgrep', '--full', '/calico-upgrade/main.js');
  const status = await inNode(cluster, node, 'cat', `/proc/${pid}/status`);
  const field = (name: string) =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ').trim() ?? `no ${name}`;
  const sameAsNode = async (namespace: string) => {
    const links = [`/proc/${pid}/ns/${namespace}`, `/proc/1/ns/${namespace}`];
    const [ofJob, ofNode] = (await inNode(cluster, node, 'readlink', ...links)).split('\n');
    return ofJob === ofNode;
  };
  const { stderr } = await cluster.inNode(node, ['touch', `/proc/${pid}/root/written`]);
  return {
    users: field('Uid'),
    groups: field('Gid'),
    capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field),
    noNewPrivileges: field('NoNewPrivs') === '1',
    writing: /: ([^:]+)$/.exec(stderr.trim())?.[1] ?? 'it works',
    networkOfNode: await sameAsNode('net'),
    processesOfNode: await sameAsNode('pid'),
  };
}
