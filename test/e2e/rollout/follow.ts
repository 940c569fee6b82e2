import type { PodFacts } from '../../../controller/rollout/pod-facts.ts';
import { openStores, type Stores } from '../../../controller/rollout/stores.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { eventually } from '../../demo/eventually.ts';

/** One replacement of a calico-node, as the API server shows it. Times are in milliseconds since 1970. */
export interface Replacement {
  readonly node: string;
  /** As the controller noted it on the Node, before it deleted the pod. */
  readonly deletedAt: number;
  /** When the new pod was Ready. */
  readonly readyAt?: number;
  readonly uncordonedAt?: number;
  /** From the deletion to Ready with BGP, as the controller measured it. */
  readonly seconds?: number;
}

/** What happens to the nodes from now on. */
export interface Followed {
  readonly replacements: readonly Replacement[];
  /** How many pods of calico-node each node has had. */
  podCounts(): Readonly<Record<string, number>>;
  stop(): void;
}

/** Follows the Nodes, and the pods of calico-node. */
export async function followReplacements(client: KubeClient): Promise<Followed> {
  const stop = new AbortController();
  const replacements: Replacement[] = [];
  const pods = new Map<string, Set<string>>();
  const errors: unknown[] = [];
  const onChange = (): void => {
    for (const { node, uid } of stores.pods.objects.values()) {
      if (node !== '') pods.set(node, (pods.get(node) ?? new Set()).add(uid));
    }
    noteChanges(stores, replacements);
  };
  const stores = openStores({
    client,
    namespace: 'kube-system',
    labelSelector: 'k8s-app=calico-node',
    onChange: () => onChange(),
    onLoss: (_, error) => errors.push(error),
    onEnd: error => errors.push(error),
    signal: stop.signal,
  });
  await eventually('all Nodes and pods are listed', async () => stores.isSynced());
  return {
    replacements,
    podCounts: () => Object.fromEntries([...pods].map(([node, uids]) => [node, uids.size])),
    stop: () => stop.abort(),
  };
}

function noteChanges({ nodes, pods }: Stores, replacements: Replacement[]): void {
  const now = Date.now();
  for (const { name, replacing, replaced } of nodes.objects.values()) {
    const index = replacements.findLastIndex(({ node }) => node === name);
    const open = replacements[index];
    const isOpen = open !== undefined && open.uncordonedAt === undefined;
    if (replacing && !isOpen) replacements.push({ node: name, deletedAt: Date.parse(replacing.since) });
    if (!isOpen) continue;
    const isReady = [...pods.objects.values()].some(pod => isNew(pod, name, replacing?.pod));
    const ready = isReady && open.readyAt === undefined ? { readyAt: now } : {};
    const end = replacing ? {} : { uncordonedAt: now, ...(replaced && { seconds: replaced.seconds }) };
    replacements[index] = { ...open, ...ready, ...end };
  }
}

const isNew = ({ node, uid, isReady }: PodFacts, name: string, old: string | undefined): boolean =>
  node === name && isReady && uid !== old;
