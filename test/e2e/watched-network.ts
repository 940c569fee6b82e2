import assert from 'node:assert/strict';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { inNode, kubectl } from '../cluster/nodes/commands.ts';
import { ensurePackages } from '../cluster/packages.ts';
import { type NodeLooks, type Pings, parseLooks, routeGaps } from './network-looks.ts';

const STOP = '/run/stop-watching';

// Writes a node's routes by BGP and what BIRD says again whenever that has changed, with the time; at the end how often it
// has looked. While BIRD does not run, birdc says nothing: no session.
const WATCH = `
  rm -f ${STOP}
  previous=none
  count=0
  until [ -e ${STOP} ]; do
    look=$(ip route show proto bird; birdc -s /var/run/calico/bird.ctl show protocols 2> /dev/null)
    [ "$look" = "$previous" ] || printf '%s\\n%s\\n--\\n' "$(date +%s.%3N)" "$look"
    previous=$look
    count=$((count + 1))
    sleep 0.03
  done
  echo $count $(date +%s.%3N)
`;

// Shows how many answers were missing when it is told to stop, and the number of the last one.
const PING = `
  rm -f /stop
  ping -i 0.1 "$1" > /ping.log &
  until [ -e /stop ]; do sleep 0.1; done
  kill -INT $!
  wait
  grep 'packet loss' /ping.log
  grep -o 'seq=[0-9]*' /ping.log | tail -n 1
`;

/** What was seen of the pod network. */
export interface NetworkRecord {
  readonly nodes: readonly NodeLooks[];
  readonly pings: readonly Pings[];
}

/** The pod network while something happens to it. */
export interface WatchedNetwork {
  /** Ends the watch. */
  stop(): Promise<NetworkRecord>;
  /** Ends the watch; fails unless every node had the routes to all others at every look, and no packet was lost. */
  assertUndisturbed(): Promise<void>;
}

const podOn = (node: string) => `on-${node}`;

function pod(node: string, image: string) {
  const container = { name: 'sleep', image, command: ['sleep', '1000000'] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podOn(node) },
    spec: { nodeName: node, terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

/** Watches the routes and BGP sessions of every node, and sends packets from a pod on each node to one on the next. */
export async function watchNetwork(cluster: NodeCluster): Promise<WatchedNetwork> {
  await ensurePackages(['bird'], 'Watching BGP sessions');
  const addresses = await startPods(cluster);
  const watches = cluster.nodes.map(async node =>
    parseLooks(node, await inNode(cluster, node.name, 'sh', '-c', WATCH)),
  );
  const pings = cluster.nodes.map((node, index) => {
    const next = cluster.nodes[(index + 1) % cluster.nodes.length] ?? node;
    return ping(cluster, node.name, next.name, addresses.get(next.name) ?? '');
  });
  const watched = Promise.allSettled([...watches, ...pings]);
  const stop = async (): Promise<NetworkRecord> => {
    for (const { name } of cluster.nodes) {
      await inNode(cluster, name, 'touch', STOP);
      await kubectl(cluster, ['exec', podOn(name), '--', 'touch', '/stop']);
    }
    await watched;
    return { nodes: await Promise.all(watches), pings: await Promise.all(pings) };
  };
  return { stop, assertUndisturbed: async () => assertUndisturbed(await stop()) };
}

/** Fails unless every node had the routes to all others at every look, and no packet was lost. */
export function assertUndisturbed({ nodes, pings }: NetworkRecord): void {
  for (const watched of nodes) {
    assert.ok(watched.count > 1, `${watched.node.name} was looked at ${watched.count} times`);
    for (const { node } of nodes.filter(other => other !== watched)) {
      const looks = JSON.stringify(watched.looks, null, 1);
      assert.deepEqual(
        routeGaps(watched, node),
        [],
        `${watched.node.name} to ${node.name}; it had:\n${looks}`,
      );
    }
  }
  for (const { from, to, sent, lost } of pings) {
    assert.ok(sent > 1, `${sent} packets from ${from} to ${to}`);
    assert.equal(lost, 0, `${lost} of ${sent} packets from ${from} to ${to} were lost`);
  }
}

/** A pod on every node, which has reached the next one; returns their addresses by node. */
async function startPods(cluster: NodeCluster): Promise<ReadonlyMap<string, string>> {
  const image = `${cluster.registry}/calico/node:v2.4.1`;
  const names = cluster.nodes.map(({ name }) => name);
  for (const node of names) await kubectl(cluster, ['apply', '-f', '-'], pod(node, image));
  const pods = names.map(podOn);
  await kubectl(cluster, ['wait', 'pod', '--for=condition=Ready', '--timeout=60s', ...pods]);
  const addresses = new Map<string, string>();
  for (const node of names) {
    const field = ['-o', 'jsonpath={.status.podIP}'];
    addresses.set(node, await kubectl(cluster, ['get', 'pod', podOn(node), ...field]));
  }
  for (const [index, node] of names.entries()) {
    const address = addresses.get(names[(index + 1) % names.length] ?? '') ?? '';
    await kubectl(cluster, ['exec', podOn(node), '--', 'ping', '-c', '1', '-W', '20', address]);
  }
  return addresses;
}

async function ping(cluster: NodeCluster, from: string, to: string, address: string): Promise<Pings> {
  const summary = await kubectl(cluster, ['exec', podOn(from), '--', 'sh', '-c', PING, 'sh', address]);
  const [, transmitted, received] = /(\d+) packets transmitted, (\d+) packets received/.exec(summary) ?? [];
  const last = Number(/seq=(\d+)/.exec(summary)?.[1]);
  // The answer to the very last one may still be on its way.
  const sent = Number(transmitted) - (last === Number(transmitted) - 2 ? 1 : 0);
  return { from, to, sent, lost: sent - Number(received) };
}
