import type { CommandResult } from '../command.ts';
import { sendSignal } from '../proc.ts';
import type { RunningProcess } from '../process.ts';
import type { Run } from '../run.ts';
import { type NodeSite, runInNode, startNode, waitForNode } from './node.ts';
import type { ClusterNode } from './plan.ts';

/** The nodes of a cluster, by their names. */
export interface NodeSet {
  readonly nodes: readonly ClusterNode[];
  /** Runs a program of this machine on a node: with the node's files, addresses and processes. */
  inNode(name: string, args: readonly string[]): Promise<CommandResult>;
  /** Ends a node as a power failure does; its disk stays. */
  stopNode(name: string): Promise<void>;
  /** Starts a node that was stopped, and waits until it answers again. */
  startNode(name: string): Promise<void>;
}

/** Starts all nodes and waits until they are ready. */
export async function startNodes(run: Run, site: NodeSite): Promise<NodeSet> {
  const { plan, detach } = site.network;
  const { nodes } = plan;
  const running = new Map<string, RunningProcess>();
  const start = async (node: ClusterNode, after?: number) => {
    const child = await startNode(run, site, node);
    running.set(node.name, child);
    await waitForNode(site, node, child, after);
  };
  const find = (name: string) => {
    const node = nodes.find(node => node.name === name);
    if (!node) throw new Error(`No node ${name}; there are ${nodes.map(({ name }) => name).join(', ')}.`);
    return node;
  };
  await Promise.all(nodes.map(node => start(node)));
  return {
    nodes,
    async inNode(name, args) {
      const child = running.get(find(name).name);
      if (!child) throw new Error(`The node ${name} is stopped.`);
      return runInNode(child, args);
    },
    async stopNode(name) {
      const child = running.get(find(name).name);
      if (!child) return;
      running.delete(name);
      sendSignal(-child.pid, 'SIGKILL');
      await child.exited;
      await detach(name);
    },
    async startNode(name) {
      const node = find(name);
      if (!running.has(name)) await start(node, Date.now()); // what the API server knows may be from before
    },
  };
}
