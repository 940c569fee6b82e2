import { NODES } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { forEachConcurrently } from '../../jobs/lib/run/concurrency.ts';
import type { NodeFacts, Taint } from './facts.ts';
import { nodeAddress, nodeConditions, nodeObject, nodeTaints } from './node-object.ts';
import type { Change } from './watch.ts';

const AT_A_TIME = 40;

/** A node of ours. */
export interface SimulatedNode {
  readonly name: string;
  /** Its place in the order of creation, from 0. */
  readonly index: number;
  /** In the network that the nodes are said to be in. */
  readonly address: string;
  readonly images: Set<string>;
  /** Whether its kubelet does anything. */
  alive: boolean;
}

export interface Nodes {
  /** Those of ours that the API server has. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  get(name: string): SimulatedNode | undefined;
  /** The neighbours of a node, for its BGP sessions. */
  neighbours(node: SimulatedNode): readonly SimulatedNode[];
  /** Throws where there is no such node. */
  images(name: string): Set<string>;
  onChange(change: Change<NodeFacts>): void;
  addAll(names: readonly string[], labels: (name: string) => Readonly<Record<string, string>>): Promise<void>;
  setReady(name: string, ready: boolean): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Keeps the Nodes of simulated kubelets, which can be reached at a port of the loopback address. */
export function openNodes(client: KubeClient, kubeletPort: number): Nodes {
  const own = new Map<string, SimulatedNode>();
  const facts = new Map<string, NodeFacts>();
  let created = 0;
  const known = (name: string): SimulatedNode => {
    const node = own.get(name);
    if (!node) throw new Error(`there is no simulated node ${name}`);
    return node;
  };
  const add = async (name: string, labels: Readonly<Record<string, string>>): Promise<void> => {
    const index = created++;
    own.set(name, { name, index, address: nodeAddress(index), images: new Set(), alive: true });
    await register(client, nodeObject(name, labels, kubeletPort, new Date().toISOString()));
  };
  return {
    facts,
    get: name => own.get(name),
    neighbours: node => neighboursOf(node, [...own.values()]),
    images: name => known(name).images,
    onChange({ type, facts: node }) {
      if (!own.has(node.name)) return;
      if (type === 'present') facts.set(node.name, node);
      else for (const map of [facts, own]) map.delete(node.name);
    },
    addAll: (names, labels) => forEachConcurrently(names, AT_A_TIME, name => add(name, labels(name))),
    async setReady(name, ready) {
      known(name).alive = ready;
      await writeReady(client, name, ready, facts.get(name)?.taints ?? []);
    },
    async remove(name) {
      known(name).alive = false;
      await client.request({ method: 'DELETE', path: objectPath(NODES, name) });
    },
  };
}

/** The next one and the one before, in a ring. */
function neighboursOf(node: SimulatedNode, all: readonly SimulatedNode[]): readonly SimulatedNode[] {
  const place = all.indexOf(node);
  const around = [1, -1].flatMap(step => all.at((place + step) % all.length) ?? []);
  return [...new Set(around)].filter(other => other !== node);
}

async function register(client: KubeClient, node: KubeObject): Promise<void> {
  const { created } = await create(client, NODES, node);
  if (!created) throw new Error(`the Node ${node.metadata.name} exists`);
}

/** As the control plane says it of a node that is silent, or is back. */
async function writeReady(
  client: KubeClient,
  name: string,
  ready: boolean,
  taints: readonly Taint[],
): Promise<void> {
  const path = objectPath(NODES, name);
  const contentType = 'application/merge-patch+json';
  const conditions = nodeConditions(ready, new Date().toISOString());
  await client.request({
    method: 'PATCH',
    path: `${path}/status`,
    body: { status: { conditions } },
    contentType,
  });
  const body = { spec: { taints: nodeTaints(taints, ready) } };
  await client.request({ method: 'PATCH', path, body, contentType });
}
