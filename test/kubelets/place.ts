import type { NodeFacts, PodFacts, Taint, Toleration } from './facts.ts';
import { taintsOf } from './node-object.ts';

/** The node that a pod goes to, as the scheduler decides by labels and taints; undefined while there is none. */
export function placeFor(pod: PodFacts, nodes: ReadonlyMap<string, NodeFacts>): string | undefined {
  if (pod.onlyNode !== undefined) {
    const only = nodes.get(pod.onlyNode);
    return only && fits(pod, only) ? only.name : undefined;
  }
  for (const node of nodes.values()) if (fits(pod, node)) return node.name;
  return undefined;
}

function fits(pod: PodFacts, node: NodeFacts): boolean {
  const selected = Object.entries(pod.nodeSelector).every(([key, value]) => node.labels[key] === value);
  const refused = taintsOf(node).some(
    taint => keepsAway(taint) && !pod.tolerations.some(toleration => tolerates(toleration, taint)),
  );
  return selected && !refused;
}

const keepsAway = ({ effect }: Taint): boolean => effect === 'NoSchedule' || effect === 'NoExecute';

/** By key only: no taint here has a value. */
function tolerates({ key, operator, effect }: Toleration, taint: Taint): boolean {
  const sameKey = key === undefined || key === '' ? operator === 'Exists' : key === taint.key;
  return sameKey && (!effect || effect === taint.effect);
}
