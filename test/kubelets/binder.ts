import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import type { NodeFacts, PodFacts } from './facts.ts';
import { placeFor } from './place.ts';

/** Takes the scheduler's place. */
export interface Binder {
  /** Binds a pod to a node now, or when one fits it. */
  add(pod: PodFacts): void;
  /** The pod is bound or gone. */
  remove(pod: PodFacts): void;
  /** Tries all again: the nodes have changed. */
  retry(): void;
}

/** `nodes` are those that pods may go to, by their names. */
export function openBinder(
  client: KubeClient,
  nodes: ReadonlyMap<string, NodeFacts>,
  onProblem: (error: unknown) => void,
): Binder {
  const unbound = new Map<string, PodFacts>();
  const underWay = new Set<string>();
  const tryOne = (pod: PodFacts): void => {
    const node = underWay.has(pod.uid) ? undefined : placeFor(pod, nodes);
    if (node === undefined) return;
    underWay.add(pod.uid);
    bind(client, pod, node)
      .catch(onProblem)
      .finally(() => underWay.delete(pod.uid));
  };
  return {
    add(pod) {
      unbound.set(pod.uid, pod);
      tryOne(pod);
    },
    remove: pod => void unbound.delete(pod.uid),
    retry: () => unbound.forEach(tryOne),
  };
}

/** A pod that is gone, or was bound meanwhile, needs it no more. */
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
