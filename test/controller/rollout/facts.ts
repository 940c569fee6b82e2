import { defaultRollout } from '../../../controller/api/spec.ts';
import { type Decision, decide } from '../../../controller/rollout/decide.ts';
import type { NodeFacts } from '../../../controller/rollout/node-facts.ts';
import { orderNodes } from '../../../controller/rollout/order.ts';
import type { Placement } from '../../../controller/rollout/placement.ts';
import type { PodFacts } from '../../../controller/rollout/pod-facts.ts';
import type { Action, BgpFinding, GivenUp, RolloutPlan, Seen } from '../../../controller/rollout/types.ts';

export const OLD_IMAGE = 'quay.io/calico/node:v2.4.1';
export const NEW_IMAGE = 'quay.io/calico/node:v2.6.12';

/** Where a DaemonSet without any conditions puts its pods. */
export const ANYWHERE: Placement = { nodeSelector: {}, affinity: undefined, tolerations: [] };

/** The limits that an upgrade has where nobody says any, on the way to revision `new`. */
export function plan(changes: Partial<RolloutPlan> = {}): RolloutPlan {
  const { gracefulRestartSeconds, prePullSeconds, ...limits } = defaultRollout();
  return {
    ...limits,
    upgrade: 'to-v2-6',
    revision: 'new',
    images: { 'calico-node': NEW_IMAGE },
    ownNode: undefined,
    budgetMs: gracefulRestartSeconds * 1000,
    prePullMs: prePullSeconds * 1000,
    checksBgp: true,
    acceptsNotReady: false,
    placement: ANYWHERE,
    ...changes,
  };
}

/** A Ready node that nobody has touched. */
export const node = (name: string, changes: Partial<NodeFacts> = {}): NodeFacts => ({
  name,
  resourceVersion: '1',
  labels: {},
  isReady: true,
  isUnschedulable: false,
  isControlPlane: false,
  taints: [],
  cordonedBy: undefined,
  replacing: undefined,
  replaced: undefined,
  ...changes,
});

/** A node that we cordoned, whose pod `old-NODE` was noted down for deletion. */
export const marked = (name: string, changes: Partial<NodeFacts> = {}): NodeFacts =>
  node(name, {
    isUnschedulable: true,
    cordonedBy: 'to-v2-6',
    replacing: { revision: 'new', pod: `old-${name}`, since: '2017-11-29T09:00:00Z', down: [] },
    ...changes,
  });

/** A pod that works and has the old template. */
export const oldPod = (onNode: string, changes: Partial<PodFacts> = {}): PodFacts => ({
  name: `calico-node-${onNode}-a`,
  uid: `old-${onNode}`,
  node: onNode,
  revision: undefined,
  images: { 'calico-node': OLD_IMAGE },
  isReady: true,
  readySince: '2017-11-28T09:00:00Z',
  isDeleting: false,
  isRunning: true,
  restarts: 0,
  trouble: undefined,
  givenUp: undefined,
  pulled: ['calico-node'],
  ...changes,
});

/** A pod that works and has the wanted template. */
export const newPod = (onNode: string, changes: Partial<PodFacts> = {}): PodFacts =>
  oldPod(onNode, {
    name: `calico-node-${onNode}-b`,
    uid: `new-${onNode}`,
    revision: 'new',
    images: { 'calico-node': NEW_IMAGE },
    ...changes,
  });

/** A pod that has pulled the wanted images. */
export const pullPod = (onNode: string, changes: Partial<PodFacts> = {}): PodFacts =>
  newPod(onNode, { name: `pull-${onNode}`, uid: `pull-${onNode}`, isReady: false, ...changes });

/** BIRD with all its sessions, as it answered first. */
export const established = (at: number): BgpFinding => ({
  asked: 1,
  askedAt: at,
  establishedAt: at,
  isRecovering: false,
  problem: '',
});

/** What is seen, in words that tests can read. */
export interface Sight {
  readonly now?: number;
  readonly nodes: readonly NodeFacts[];
  readonly pods?: readonly PodFacts[];
  readonly prePulls?: readonly PodFacts[];
  readonly deletedAt?: Readonly<Record<string, number>>;
  readonly adopted?: readonly string[];
  readonly bgp?: Readonly<Record<string, BgpFinding>>;
  readonly pullingSince?: Readonly<Record<string, number>>;
  readonly givenUp?: Readonly<Record<string, GivenUp>>;
  readonly acknowledged?: readonly string[];
  readonly told?: readonly string[];
  readonly busy?: Readonly<Record<string, Action['type']>>;
  readonly finishedAt?: number;
}

const byNode = (pods: readonly PodFacts[]): ReadonlyMap<string, PodFacts> =>
  new Map(pods.map(pod => [pod.node, pod]));

/** The same as the rollout sees it. */
export function seen(sight: Sight, order: Pick<RolloutPlan, 'order' | 'orderLabel'> = plan()): Seen {
  const { now = 0, pods = [], prePulls = [], deletedAt = {}, bgp = {}, pullingSince = {} } = sight;
  return {
    now,
    nodes: orderNodes(sight.nodes, order),
    pods: byNode(pods),
    prePulls: byNode(prePulls),
    deletedAt: new Map(Object.entries(deletedAt)),
    adopted: new Set(sight.adopted),
    bgp: new Map(Object.entries(bgp)),
    pullingSince: new Map(Object.entries(pullingSince)),
    pullErrors: new Map(),
    givenUp: new Map(Object.entries(sight.givenUp ?? {})),
    acknowledged: new Set(sight.acknowledged),
    told: new Set(sight.told),
    busy: new Map(Object.entries(sight.busy ?? {})),
    finishedAt: sight.finishedAt,
  };
}

/** What is decided where something may be begun. */
export function decided(sight: Sight, changes: Partial<RolloutPlan> = {}, mayBegin = true): Decision {
  const wanted = plan(changes);
  return decide(seen(sight, wanted), wanted, mayBegin);
}

/** Actions as text, such as `begin n1`. */
export const told = ({ actions }: Decision): readonly string[] =>
  actions.map(({ type, node: on }) => `${type} ${typeof on === 'string' ? on : on.name}`);

/** Nodes of these names with pods of the old template and pulled images: all that is missing is their turn. */
export function waitingNodes(
  ...nodes: readonly (string | NodeFacts)[]
): Required<Pick<Sight, 'nodes' | 'pods' | 'prePulls'>> {
  const all = nodes.map(one => (typeof one === 'string' ? node(one) : one));
  return {
    nodes: all,
    pods: all.map(({ name }) => oldPod(name)),
    prePulls: all.map(({ name }) => pullPod(name)),
  };
}
