import type { NodeFacts } from '../../../../controller/rollout/node-facts.ts';
import type { PodFacts } from '../../../../controller/rollout/pod-facts.ts';
import type { Stores } from '../../../../controller/rollout/stores.ts';
import type { Watched } from '../../../../jobs/lib/kubernetes/watch.ts';

/** What watches show at one moment. */
export function storesOf(
  nodes: Iterable<NodeFacts>,
  pods: Iterable<PodFacts>,
  prePulls: Iterable<PodFacts>,
): Stores {
  return {
    nodes: watched(nodes),
    pods: watched(pods),
    prePulls: watched(prePulls),
    isSynced: () => true,
  };
}

function watched<T extends { readonly name: string }>(objects: Iterable<T>): Watched<T> {
  return {
    objects: new Map([...objects].map(object => [object.name, object])),
    isSynced: () => true,
    done: Promise.resolve(),
  };
}
