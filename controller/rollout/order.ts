import type { NodeFacts } from './node-facts.ts';
import type { RolloutPlan } from './types.ts';

const byText = new Intl.Collator('en', { numeric: true }).compare;

/** Nodes by name, or by a label and then the name; `n2` comes before `n10`. */
export function orderNodes(
  nodes: Iterable<NodeFacts>,
  { order, orderLabel = '' }: Pick<RolloutPlan, 'order' | 'orderLabel'>,
): ReadonlyMap<string, NodeFacts> {
  const label = ({ labels }: NodeFacts): string => (order === 'label' ? (labels[orderLabel] ?? '') : '');
  const sorted = [...nodes].sort((a, b) => byText(label(a), label(b)) || byText(a.name, b.name));
  return new Map(sorted.map(node => [node.name, node]));
}

/**
 * A small number for a node whose turn is early: what does not work anyway is first, the control plane is late, the controller's own
 * node is last.
 */
export function rankOf(node: NodeFacts, isUp: boolean, { ownNode }: Pick<RolloutPlan, 'ownNode'>): number {
  if (node.name === ownNode) return 3;
  if (!isUp) return 0;
  return node.isControlPlane ? 2 : 1;
}
