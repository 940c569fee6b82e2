import assert from 'node:assert/strict';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { inNode, kubectl } from '../cluster/nodes/commands.ts';

const STOP = '/run/stop-watching';

// Writes a node's routes by BGP again whenever they have changed, with the seconds that the machine has been up.
const WATCH_ROUTES = `
  previous=none
  until [ -e ${STOP} ]; do
    routes=$(ip route show proto bird)
    [ "$routes" = "$previous" ] || printf '%s s\\n%s\\n--\\n' "$(cut -d ' ' -f 1 /proc/uptime)" "$routes"
    previous=$routes
    sleep 0.05
  done
`;

// Shows how many answers were missing when it is told to stop.
const PING = `
  ping -i 0.1 "$1" > /ping.log &
  until [ -e /stop ]; do sleep 0.1; done
  kill -INT $!
  wait
  grep 'packet loss' /ping.log
`;

/** The pod network while something happens to it. */
export interface WatchedNetwork {
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

/** Watches the routes of every node, and sends packets from a pod on the first node to one on the last. */
export async function watchNetwork(cluster: NodeCluster): Promise<WatchedNetwork> {
  const [from = '', to = ''] = [cluster.nodes[0]?.name, cluster.nodes.at(-1)?.name];
  const image = `${cluster.registry}/calico/node:v2.4.1`;
  for (const node of [from, to]) await kubectl(cluster, ['apply', '-f', '-'], pod(node, image));
  await kubectl(cluster, ['wait', 'pod', '--for=condition=Ready', '--timeout=60s', podOn(from), podOn(to)]);
  const address = await kubectl(cluster, ['get', 'pod', podOn(to), '-o', 'jsonpath={.status.podIP}']);
  const inPod = ['exec', podOn(from), '--'];
  await kubectl(cluster, [...inPod, 'ping', '-c', '1', '-W', '20', address]);
  const routes = cluster.nodes.map(({ name }) => inNode(cluster, name, 'sh', '-c', WATCH_ROUTES));
  const ping = kubectl(cluster, [...inPod, 'sh', '-c', PING, 'sh', address]);
  const watched = Promise.allSettled([...routes, ping]);
  return {
    async assertUndisturbed() {
      for (const { name } of cluster.nodes) await inNode(cluster, name, 'touch', STOP);
      await kubectl(cluster, [...inPod, 'touch', '/stop']);
      await watched;
      for (const [index, node] of cluster.nodes.entries()) {
        const others = cluster.nodes.filter(other => other !== node);
        const looks = (await routes[index]) ?? '';
        for (const look of looks.split('--\n').filter(Boolean)) {
          for (const { podCidr, address } of others)
            assert.ok(
              look.includes(`${podCidr} via ${address} `),
              `${node.name} had only these routes:\n${look}\nIts routes, whenever they changed:\n${looks}`,
            );
        }
      }
      assert.match(await ping, / 0% packet loss/);
    },
  };
}
