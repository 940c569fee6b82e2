import type { ChooseBehaviour } from './behaviour.ts';
import { openBinder } from './binder.ts';
import { type CastOptions, openCast } from './cast.ts';
import type { PodFacts } from './facts.ts';
import type { ContainerView } from './life.ts';
import type { Nodes } from './nodes.ts';
import type { PodPlayer } from './pod-player.ts';
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

export interface PodsOptions extends CastOptions {
  readonly nodes: Nodes;
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

/** Binds pods to nodes, and plays those that are bound to a node of ours. */
export function openPods(options: PodsOptions): Pods {
  const { nodes } = options;
  const binder = openBinder(options.client, nodes.facts, options.onProblem);
  const cast = openCast(options);
  const drop = (pod: PodFacts): void => {
    binder.remove(pod);
    cast.drop(pod);
  };
  const take = (pod: PodFacts): void => {
    if (pod.node === undefined) {
      binder.add(pod);
    } else {
      binder.remove(pod);
      cast.take(pod, pod.node);
    }
  };
  return {
    onChange: ({ type, facts }) => (type === 'gone' ? drop(facts) : take(facts)),
    onNodeChange(name) {
      if (nodes.get(name)) {
        binder.retry();
        cast.enter(name);
      } else cast.leave(name);
    },
    setBehaviour: cast.setBehaviour,
    async setNodeReady(name, ready) {
      await Promise.all(cast.on(name).map(player => (ready ? player.resume() : player.lose())));
    },
    find: (namespace, name) =>
      cast.all().find(player => player.pod().name === name && player.pod().namespace === namespace),
    played: () => cast.all().map(playedPod),
    async abandon() {
      await Promise.all(cast.all().map(player => player.abandon()));
    },
  };
}

function playedPod(player: PodPlayer): PlayedPod {
  const { name, namespace, uid, labels, node = '' } = player.pod();
  const ready = player.readySinceMs() !== undefined;
  return { name, namespace, uid, node, labels, containers: player.containers(), ready };
}
