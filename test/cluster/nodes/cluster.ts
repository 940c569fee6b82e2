import { type ClusterImages, makeClusterImages, pushImages } from '../../image/cluster-images.ts';
import { type Cluster, type ClusterOptions, clusterOf, withTprServer } from '../cluster.ts';
import { keysDirectory, startControlPlane } from '../control-plane.ts';
import { createKeys } from '../keys.ts';
import { freePort } from '../ports.ts';
import { createRun, type Run } from '../run.ts';
import { createNetwork } from './network.ts';
import type { NodeSite } from './node.ts';
import { type NodeSet, startNodes } from './node-set.ts';
import { clusterNetworks, maxNodes } from './plan.ts';
import { ensureNodePrograms, type NodePrograms } from './programs.ts';
import { startRegistry } from './registry.ts';
import { whyNoNodes } from './why-no-nodes.ts';

export interface NodeClusterOptions extends Omit<ClusterOptions, 'scheduler'> {
  /** How many; 3 without it. */
  readonly nodes?: number;
  /** Images of ours that the registry has from the start, beside those that every cluster has. */
  readonly images?: ClusterImages;
}

/** A real cluster of nodes with kubelet and containerd, in a network that only this machine and its nodes are in. */
export interface NodeCluster extends Cluster, NodeSet {
  /** `address:port` of the only registry that nodes reach; it speaks plain HTTP. */
  readonly registry: string;
  /** Puts a local image into the registry under a name such as `calico/node:v2.4.1`; returns what pods call it. */
  push(image: string, name: string): Promise<string>;
}

/** What is installed or made once on a machine, and then only found. */
interface NodeSupplies {
  readonly programs: NodePrograms;
  readonly images: ClusterImages;
}

/** Makes sure that all programs and images are there, or says why this machine cannot run nodes. */
export async function ensureNodeSupplies(): Promise<NodeSupplies> {
  const problem = await whyNoNodes();
  if (problem) throw new Error(problem);
  return { programs: await ensureNodePrograms(), images: await makeClusterImages() };
}

/** Starts a cluster with nodes, which live until `stop`, at the longest as long as this process. */
export async function startNodeCluster(options: NodeClusterOptions = {}): Promise<NodeCluster> {
  const { nodes = 3, tpr, name = 'nodes' } = options;
  if (nodes < 1 || nodes > maxNodes) throw new Error(`A cluster has 1 to ${maxNodes} nodes, not ${nodes}.`);
  const supplies = await ensureNodeSupplies();
  goPastProxies();
  const run = await createRun(name);
  try {
    const cluster = await startIn(run, supplies, nodes, options);
    return tpr ? { ...cluster, ...(await withTprServer(cluster, tpr)) } : cluster;
  } catch (error) {
    await run.end();
    throw error;
  }
}

/** Nodes start together with the control plane: kubelet spends seconds on looking around, and waits for it anyway. */
async function startIn(
  run: Run,
  { programs, images }: NodeSupplies,
  count: number,
  options: NodeClusterOptions,
): Promise<NodeCluster> {
  const site = await createSite(run, programs, count);
  const { registry } = site;
  const starting = [
    startControlPlane(run, { ...options, scheduler: true }, site),
    startNodes(run, site),
    pushImages(registry, new Map([...images, ...(options.images ?? [])])),
  ] as const;
  const [controlPlane, nodeSet] = await Promise.all(starting).catch(async (error: unknown) => {
    await run.end(); // so that the others fail, too, and start nothing more
    await Promise.allSettled(starting);
    throw error;
  });
  return {
    ...clusterOf(run, controlPlane),
    ...nodeSet,
    registry,
    async push(image, name) {
      await pushImages(registry, new Map([[name, image]]));
      return `${registry}/${name}`;
    },
  };
}

async function createSite(run: Run, programs: NodePrograms, count: number): Promise<NodeSite> {
  const network = await createNetwork(run, count);
  const { host } = network.plan;
  const [keys, registry, port] = await Promise.all([
    createKeys(keysDirectory(run), [host]),
    startRegistry(run, programs.registry, host),
    freePort(host, 6443),
  ]);
  const pauseImage = `${registry}/pause:3.2`;
  return {
    network,
    keys,
    registry,
    pauseImage,
    listener: { address: host, port },
    kubelet: programs.kubelet,
  };
}

/** All programs that we start from now on reach our addresses directly, whatever leads to others. */
function goPastProxies(): void {
  const { NO_PROXY, no_proxy } = process.env;
  if (NO_PROXY?.includes(clusterNetworks)) return;
  process.env.NO_PROXY = [NO_PROXY, no_proxy, clusterNetworks].filter(Boolean).join();
}
