import { BlockList } from 'node:net';

/** A node and its place in the network. */
export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  /** Where the addresses of its pods are from. */
  readonly podCidr: string;
}

/** The addresses of one cluster. */
export interface NetworkPlan {
  /** This machine's address in the cluster's network: the API server and the registry listen on it. */
  readonly host: string;
  readonly prefixLength: number;
  readonly nodes: readonly ClusterNode[];
}

/** All pods of a cluster. No other cluster sees them, so that all can have the same. */
export const podNetwork = '10.244.0.0/16';

/** The networks of all clusters are in this one. */
export const clusterNetworks = '10.188.0.0/16';

/** As many as a network of 256 addresses has room for, with the first node at 11. */
export const maxNodes = 240;

const prefixLength = 24;

/** Plans a cluster in the first network that no address of this machine (in CIDR notation) is in or near to. */
export function planNetwork(nodeCount: number, taken: readonly string[]): NetworkPlan {
  for (let number = 0; number < 256; number++) {
    const network = `10.188.${number}`;
    if (!taken.some(cidr => overlaps(network, cidr))) return planIn(network, nodeCount);
  }
  throw new Error('No network for the nodes: this machine has addresses in every 10.188.*.0/24.');
}

function planIn(network: string, nodeCount: number): NetworkPlan {
  const nodes = Array.from({ length: nodeCount }, (_, i) => ({
    name: `n${i + 1}`,
    address: `${network}.${11 + i}`,
    podCidr: `10.244.${Math.floor(i / 4)}.${(i % 4) * 64}/26`,
  }));
  return { host: `${network}.1`, prefixLength, nodes };
}

function overlaps(network: string, cidr: string): boolean {
  const [address = '', length] = cidr.split('/');
  return contains(address, Number(length), `${network}.1`) || contains(`${network}.0`, prefixLength, address);
}

function contains(network: string, length: number, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(network, length);
  return list.check(address);
}
