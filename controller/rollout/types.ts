import type { RolloutSpec } from '../api/spec.ts';
import type { NodeFacts } from './node-facts.ts';
import type { Placement } from './placement.ts';
import type { PodFacts } from './pod-facts.ts';

/** What a rollout is to reach, and within which limits. Times are in milliseconds. */
export interface RolloutPlan extends Omit<RolloutSpec, 'gracefulRestartSeconds' | 'prePullSeconds'> {
  /** Name of the CalicoUpgrade. */
  readonly upgrade: string;
  /** The revision of the pod template that every pod shall have. */
  readonly revision: string;
  /** Image by container of that template. */
  readonly images: Readonly<Record<string, string>>;
  /** The node that the controller itself is on. */
  readonly ownNode: string | undefined;
  readonly budgetMs: number;
  readonly prePullMs: number;
  /** Whether there are BGP sessions to look at. */
  readonly checksBgp: boolean;
  /** While etcd's data is paused, calico-node 3.0 may run and wait without being Ready (components reference, section 4). */
  readonly acceptsNotReady: boolean;
  /** Which nodes get a pod of the DaemonSet. */
  readonly placement: Placement;
}

/** What BIRD of a pod said when it was asked last. */
export interface BgpFinding {
  /** How often it was asked. */
  readonly asked: number;
  readonly askedAt: number;
  /** When all sessions that matter were Established. */
  readonly establishedAt: number | undefined;
  /** Whether it still waits for the routes of its neighbours, after a start with graceful restart. */
  readonly isRecovering: boolean;
  /** What is not as it should be, in words. */
  readonly problem: string;
}

/** What is seen of the cluster, and what this process remembers, at one moment of a clock that does not jump. */
export interface Seen {
  readonly now: number;
  /** In the order of their turn (`orderNodes`). */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** The pod of calico-node by node: one that is not being deleted, where there is one. */
  readonly pods: ReadonlyMap<string, PodFacts>;
  /** The pods that pull images, by node. */
  readonly prePulls: ReadonlyMap<string, PodFacts>;
  /** When the pod of a node was deleted. */
  readonly deletedAt: ReadonlyMap<string, number>;
  /** Nodes whose pod was deleted by a controller before this one. */
  readonly adopted: ReadonlySet<string>;
  /** By uid of the pod. */
  readonly bgp: ReadonlyMap<string, BgpFinding>;
  /** When a pod that pulls images was first seen or made. */
  readonly pullingSince: ReadonlyMap<string, number>;
  /** Why a pull failed, by uid: kubelet says it once, and then only that it waits. */
  readonly pullErrors: ReadonlyMap<string, string>;
  /** Nodes whose pod that pulls images was given up by kubelet, until the images are there. */
  readonly givenUp: ReadonlyMap<string, GivenUp>;
  /** Nodes whose failure a person knows, who said to go on. */
  readonly acknowledged: ReadonlySet<string>;
  /** Nodes whose failure was told in an earlier turn, and so is in the status. */
  readonly told: ReadonlySet<string>;
  /** Nodes for which something is being done, or was done and is not visible yet, and what. */
  readonly busy: ReadonlyMap<string, Action['type']>;
  /** When the last node was finished. */
  readonly finishedAt: number | undefined;
}

/** Why images for a revision did not come, although pods were made for them. */
export interface GivenUp {
  readonly revision: string;
  readonly reason: string;
}

/** One thing to do for a node. */
export type Action =
  /** Make a pod that pulls the images. */
  | { readonly type: 'pull'; readonly node: string }
  /** Delete that pod. */
  | { readonly type: 'endPull'; readonly node: string; readonly pod: PodFacts }
  /** Cordon the node, note down what is done, and delete its pod. */
  | { readonly type: 'begin'; readonly node: NodeFacts; readonly pod: PodFacts }
  /** Delete the pod that was noted down, by a controller that came no further. */
  | { readonly type: 'delete'; readonly node: NodeFacts; readonly pod: PodFacts }
  /** Ask BIRD for its sessions. */
  | { readonly type: 'ask'; readonly node: NodeFacts; readonly pod: PodFacts }
  /** Uncordon what we cordoned, and note down how long it took, where that is known. */
  | { readonly type: 'finish'; readonly node: NodeFacts; readonly seconds: number | undefined };

/** Why no further node is begun, where that does not change by itself. */
export interface Block {
  /** The same for as long as it is the same in the way: kubelet has another word for it again and again. */
  readonly key: string;
  readonly text: string;
}

/** A node that somebody has to look at. */
export interface NodeReason {
  readonly node: string;
  readonly reason: string;
}
