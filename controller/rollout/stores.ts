import { NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type Watched, watch } from '../../jobs/lib/kubernetes/watch.ts';
import { type NodeFacts, nodeFacts } from './node-facts.ts';
import { type PodFacts, podFacts } from './pod-facts.ts';
import { PRE_PULL } from './pre-pull-pod.ts';

/** What is followed during a rollout. */
export interface Stores {
  readonly nodes: Watched<NodeFacts>;
  readonly pods: Watched<PodFacts>;
  readonly prePulls: Watched<PodFacts>;
  isSynced(): boolean;
}

export interface StoresOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The selector of the DaemonSet. */
  readonly labelSelector: string;
  readonly onChange: () => void;
  readonly onLoss: (what: string, error: Error) => void;
  /** Told of what no further try can mend. */
  readonly onEnd: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Follows all Nodes, the pods of calico-node and those that pull images, until the signal ends it. */
export function openStores(options: StoresOptions): Stores {
  const { client, namespace, labelSelector, onChange, onLoss, onEnd, signal } = options;
  const base = (what: string) => ({ onChange, onLoss: (error: Error) => onLoss(what, error) });
  const nodes = watch(client, NODES, { ...base('Nodes'), pick: nodeFacts }, signal);
  const pods = watch(client, PODS, { ...base('pods'), namespace, labelSelector, pick: podFacts }, signal);
  const prePulls = watch(
    client,
    PODS,
    { ...base('pods that pull images'), namespace, labelSelector: PRE_PULL, pick: podFacts },
    signal,
  );
  const all = [nodes, pods, prePulls];
  for (const { done } of all) done.catch(onEnd);
  return { nodes, pods, prePulls, isSynced: () => all.every(store => store.isSynced()) };
}
