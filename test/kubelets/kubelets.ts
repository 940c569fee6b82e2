import { NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { connect } from '../../jobs/lib/kubernetes/client.ts';
import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import type { Cluster, ClusterOptions } from '../cluster/cluster.ts';
import { type Background, openBackground } from './background.ts';
import type { ChooseBehaviour } from './behaviour.ts';
import { boundedClient } from './bounded.ts';
import { execAnswer } from './exec-answer.ts';
import { startExecServer } from './exec-server.ts';
import { nodeFacts, podFacts } from './facts.ts';
import { type History, type HistoryEntry, recordHistory } from './history.ts';
import { type Nodes, openNodes } from './nodes.ts';
import { type Deletion, deletionsIn } from './outages.ts';
import { openPods, type PlayedPod, type Pods } from './pods.ts';

/** The requests that are under way at a time. */
const REQUESTS = 40;

/**
 * Options of a cluster for simulated nodes. Their kubelets send no heartbeats, so nobody may wait for them, and no new Node
 * has the taint that such a controller takes away; and what else writes to every Node is left out.
 */
export const KUBELETS_CLUSTER: ClusterOptions = {
  name: 'kubelets',
  apiServerFlags: ['--disable-admission-plugins=TaintNodesByCondition'],
  controllerManagerFlags: ['--controllers=*,-nodelifecycle,-nodeipam,-ttl,-attachdetach'],
};

export interface KubeletsOptions {
  /** The names of the nodes, or how many; then they are `n1`, `n2` and so on. */
  readonly nodes: readonly string[] | number;
  /** Labels beside those that a kubelet sets. */
  readonly labels?: (name: string) => Readonly<Record<string, string>>;
  /** Without it every pod is Ready, or has succeeded, at once. */
  readonly behaviour?: ChooseBehaviour;
}

/** The node side of a cluster's pods, and what it saw. */
export interface Kubelets extends AsyncDisposable {
  /** For pods that are first seen from now on. */
  setBehaviour(behaviour: ChooseBehaviour): void;
  /** Not ready: the kubelet is silent, nothing goes on there, and its pods are not Ready. Ready again: what ran, runs. */
  setNodeReady(name: string, ready: boolean): Promise<void>;
  addNode(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes the Node; the control plane removes its pods about a minute later. */
  removeNode(name: string): Promise<void>;
  /** The images that a node has. What a test takes out of it has to be pulled again. */
  images(node: string): Set<string>;
  /** What it plays now. */
  pods(): readonly PlayedPod[];
  /** What happened to pods on the nodes and to the nodes, in order; see outages.ts. */
  history(): readonly HistoryEntry[];
  /** Every pod that was deleted, whoever did it, in order. */
  deletions(): readonly Deletion[];
  /** Empties `history` and `deletions`, for the next test. */
  forgetHistory(): void;
  /** Throws what went wrong in the background. */
  stop(): Promise<void>;
}

/** Registers nodes and plays their pods until `stop`, for a cluster with `KUBELETS_CLUSTER`. Returns when all are Ready. */
export async function startKubelets(cluster: Cluster, options: KubeletsOptions): Promise<Kubelets> {
  const client = boundedClient(connect({ kubeconfig: cluster.kubeconfig }), REQUESTS);
  const background = openBackground(client);
  const { onProblem } = background;
  const history = recordHistory(monotonicMs);
  const exec = await startExecServer(cluster.localhost, request =>
    execAnswer(request, pods, nodes, monotonicMs()),
  );
  const nodes = openNodes(client, exec.port);
  const pods = openPods({ client, nodes, behaviour: options.behaviour ?? (() => ({})), onProblem });
  const stop = async (): Promise<void> => {
    await background.stop();
    await pods.abandon();
    exec.close();
    await client.close();
    background.check();
  };
  try {
    await followAll({ background, history, nodes, pods });
    await nodes.addAll(namesOf(options.nodes), options.labels ?? (() => ({})));
  } catch (error) {
    await stop();
    throw error;
  }
  return kubeletsOf(nodes, pods, history, stop);
}

interface Parts {
  readonly background: Background;
  readonly history: History;
  readonly nodes: Nodes;
  readonly pods: Pods;
}

async function followAll({ background, history, nodes, pods }: Parts): Promise<void> {
  await background.follow({
    resource: NODES,
    pick: nodeFacts,
    onChange: change => {
      history.onNode(change);
      nodes.onChange(change);
      pods.onNodeChange(change.facts.name);
    },
  });
  await background.follow({
    resource: PODS,
    pick: podFacts,
    onChange: change => {
      history.onPod(change);
      pods.onChange(change);
    },
  });
}

function kubeletsOf(nodes: Nodes, pods: Pods, history: History, stop: () => Promise<void>): Kubelets {
  return {
    ...{ stop, [Symbol.asyncDispose]: stop },
    setBehaviour: pods.setBehaviour,
    async setNodeReady(name, ready) {
      await nodes.setReady(name, ready);
      await pods.setNodeReady(name, ready);
    },
    addNode: (name, labels = {}) => nodes.addAll([name], () => labels),
    removeNode: nodes.remove,
    images: nodes.images,
    pods: pods.played,
    history: history.entries,
    deletions: () => deletionsIn(history.entries()),
    forgetHistory: history.forget,
  };
}

function namesOf(nodes: readonly string[] | number): readonly string[] {
  return typeof nodes === 'number' ? Array.from({ length: nodes }, (_, index) => `n${index + 1}`) : nodes;
}
