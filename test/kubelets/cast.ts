import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { ChooseBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import type { Nodes } from './nodes.ts';
import { type PodPlayer, playPod } from './pod-player.ts';

export interface CastOptions {
  readonly client: KubeClient;
  readonly nodes: Pick<Nodes, 'get'>;
  readonly behaviour: ChooseBehaviour;
  readonly onProblem: (error: unknown) => void;
}

/** The pods that are bound to a node. */
export interface Cast {
  /** Plays a pod, or tells its player what is new. */
  take(pod: PodFacts, node: string): void;
  drop(pod: PodFacts): void;
  /** The node is there (again): its pods begin anew. */
  enter(node: string): void;
  /** The node is gone for good. */
  leave(node: string): void;
  all(): readonly PodPlayer[];
  on(node: string): readonly PodPlayer[];
  setBehaviour(behaviour: ChooseBehaviour): void;
}

const FINISHED = ['Succeeded', 'Failed'];

export function openCast(options: CastOptions): Cast {
  const begin = playerFactory(options);
  const players = new Map<string, PodPlayer>();
  /** Pods of nodes that are not ours, or not yet again. */
  const elsewhere = new Map<string, PodFacts>();
  let { behaviour } = options;
  const all = (): readonly PodPlayer[] => [...players.values()];
  const on = (node: string): readonly PodPlayer[] => all().filter(player => player.pod().node === node);
  const take = (pod: PodFacts, node: string): void => {
    const known = players.get(pod.uid);
    if (known) return void known.update(pod);
    if (FINISHED.includes(pod.phase)) return;
    const player = begin(pod, node, behaviour);
    if (player) players.set(pod.uid, player);
    else elsewhere.set(pod.uid, pod);
  };
  const drop = (pod: PodFacts): void => {
    elsewhere.delete(pod.uid);
    players.get(pod.uid)?.abandon();
    players.delete(pod.uid);
  };
  return {
    ...{ take, drop, all, on },
    enter(node) {
      for (const pod of elsewhere.values())
        if (pod.node === node && elsewhere.delete(pod.uid)) take(pod, node);
    },
    leave(node) {
      for (const player of on(node)) {
        drop(player.pod());
        elsewhere.set(player.pod().uid, player.pod());
      }
    },
    setBehaviour(next) {
      behaviour = next;
    },
  };
}

/** Returns what begins to play a pod; undefined where the node is none of ours. */
function playerFactory({ client, nodes, onProblem }: CastOptions) {
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
