import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { ChooseBehaviour } from './behaviour.ts';
import { openBinder } from './binder.ts';
import type { PodFacts } from './facts.ts';
import type { ContainerView } from './life.ts';
import type { Nodes } from './nodes.ts';
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
  /** Ends all; returns when nothing is under way. */
  abandon(): Promise<void>;
}

const FINISHED = ['Succeeded', 'Failed'];

/** Binds pods to nodes, and plays those that are bound to a node of ours. */
export function openPods({ client, nodes, behaviour: first, onProblem }: PodsOptions): Pods {
  const players = new Map<string, PodPlayer>();
  const binder = openBinder(client, nodes.facts, onProblem);
  const begin = playerFactory({ client, nodes, onProblem });
  let behaviour = first;

  /** Pods of nodes that are not ours, or not yet again. */
  const elsewhere = new Map<string, PodFacts>();

  const play = (pod: PodFacts, node: string): void => {
    binder.remove(pod);
    if (FINISHED.includes(pod.phase)) return;
    const player = begin(pod, node, behaviour);
    if (player) players.set(pod.uid, player);
    else elsewhere.set(pod.uid, pod);
  };
  const take = (pod: PodFacts): void => {
    const player = players.get(pod.uid);
    if (player) player.update(pod);
    else if (pod.node === undefined) binder.add(pod);
    else play(pod, pod.node);
  };
  const drop = (pod: PodFacts): void => {
    binder.remove(pod);
    elsewhere.delete(pod.uid);
    players.get(pod.uid)?.abandon();
    players.delete(pod.uid);
  };
  const on = (name: string): readonly PodPlayer[] =>
    [...players.values()].filter(player => player.pod().node === name);

  return {
    onChange: ({ type, facts }) => (type === 'gone' ? drop(facts) : take(facts)),
    onNodeChange(name) {
      if (nodes.get(name)) {
        binder.retry();
        for (const pod of elsewhere.values()) if (pod.node === name && elsewhere.delete(pod.uid)) take(pod);
        return;
      }
      for (const player of on(name)) {
        drop(player.pod());
        elsewhere.set(player.pod().uid, player.pod());
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
    async abandon() {
      await Promise.all([...players.values()].map(player => player.abandon()));
    },
  };
}

/** Returns what begins to play a pod; undefined where the node is none of ours. */
function playerFactory({ client, nodes, onProblem }: Omit<PodsOptions, 'behaviour'>) {
  const hostIp = '127.0.0.1';
  let addresses = 0;
  return (pod: PodFacts, name: string, behaviour: ChooseBehaviour): PodPlayer | undefined => {
    const node = nodes.get(name);
    if (!node) return undefined;
    const podIp = pod.hostNetwork ? hostIp : podAddress(addresses++);
    const { images, alive } = node;
    return playPod(pod, behaviour(pod, name), { client, hostIp, podIp, images, alive, onProblem });
  };
}

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
