import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import type { ChooseBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import type { ContainerView } from './life.ts';
import type { Nodes, SimulatedNode } from './nodes.ts';
import { placeFor } from './place.ts';
import { type PodPlayer, playPod } from './pod-player.ts';
import type { Change } from './watch.ts';

/** A pod that a node plays, as the node shows it. */
export interface PlayedPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerView[];
  readonly ready: boolean;
}

export interface PodsOptions {
  readonly client: KubeClient;
  readonly nodes: Nodes;
  readonly behaviour: ChooseBehaviour;
  readonly onProblem: (error: unknown) => void;
}

/** All pods of the simulated nodes. */
export interface Pods {
  onChange(change: Change<PodFacts>): void;
  /** A pod may fit there now, or the node is gone. */
  onNodeChange(name: string): void;
  setBehaviour(behaviour: ChooseBehaviour): void;
  setNodeReady(name: string, ready: boolean): Promise<void>;
  find(namespace: string, name: string): PodPlayer | undefined;
  played(): readonly PlayedPod[];
  abandon(): void;
}

/** Binds pods to nodes, in place of the scheduler, and plays those that are bound. */
export function openPods(options: PodsOptions): Pods {
  const { client, nodes, onProblem } = options;
  const players = new Map<string, PodPlayer>();
  const unbound = new Map<string, PodFacts>();
  let { behaviour } = options;

  const binding = new Set<string>();
  let addresses = 0;

  const place = (pod: PodFacts): void => {
    const node = binding.has(pod.uid) ? undefined : placeFor(pod, nodes.facts);
    if (node === undefined) return;
    binding.add(pod.uid);
    bind(client, pod, node)
      .catch(onProblem)
      .finally(() => binding.delete(pod.uid));
  };

  const begin = (pod: PodFacts, node: SimulatedNode): void => {
    const hostIp = '127.0.0.1';
    const podIp = pod.hostNetwork ? hostIp : podAddress(addresses++);
    const host = { client, hostIp, podIp, images: node.images, onProblem };
    players.set(pod.uid, playPod(pod, behaviour(pod, node.name), host, node.alive));
  };

  const on = (name: string): readonly PodPlayer[] =>
    [...players.values()].filter(player => player.pod().node === name);

  return {
    onChange({ type, facts: pod }) {
      unbound.delete(pod.uid);
      const player = players.get(pod.uid);
      if (type === 'gone') {
        player?.abandon();
        players.delete(pod.uid);
      } else if (player) {
        player.update(pod);
      } else if (pod.node === undefined) {
        unbound.set(pod.uid, pod);
        place(pod);
      } else {
        const node = nodes.get(pod.node);
        if (node && !FINISHED.includes(pod.phase)) begin(pod, node);
      }
    },
    onNodeChange(name) {
      if (nodes.get(name)) {
        for (const pod of unbound.values()) place(pod);
        return;
      }
      for (const player of on(name)) {
        player.abandon();
        players.delete(player.pod().uid);
      }
    },
    setBehaviour(next) {
      behaviour = next;
    },
    async setNodeReady(name, ready) {
      await Promise.all(on(name).map(player => (ready ? player.resume() : player.lose())));
    },
    find: (namespace, name) =>
      [...players.values()].find(
        player => player.pod().name === name && player.pod().namespace === namespace,
      ),
    played: () => [...players.values()].map(playedPod),
    abandon() {
      for (const player of players.values()) player.abandon();
    },
  };
}

const FINISHED = ['Succeeded', 'Failed'];

/** In the network of the pods. */
function podAddress(index: number): string {
  const number = index + 2;
  return `10.244.${(number >> 8) & 255}.${number & 255}`;
}

function playedPod(player: PodPlayer): PlayedPod {
  const { name, namespace, uid, labels, node = '' } = player.pod();
  const ready = player.readySinceMs() !== undefined;
  return { name, namespace, uid, node, labels, containers: player.containers(), ready };
}

/** As the scheduler does; a pod that is gone, or was bound meanwhile, needs it no more. */
async function bind(client: KubeClient, { name, namespace, uid }: PodFacts, node: string): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'Node', name: node };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
  const path = `${objectPath(PODS, name, namespace)}/binding`;
  try {
    await client.request({ method: 'POST', path, body });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
