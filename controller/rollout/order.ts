import type { NodeFacts } from './node-facts.ts';
import type { RolloutPlan } from './types.ts';

const byText = new Intl.Collator('en', { numeric: true }).compare;

/** What decides when a node's turn comes: it, and whether it works now. */
export interface Turn {
  readonly node: NodeFacts;
  readonly isUp: boolean;
}

/**
 * Compares two nodes by their turn: what does not work anyway is first, the control plane is late, the controller's own node is
 * last; between them by name, or by a label and then the name. `n2` comes before `n10`.
 */
export function compareTurns(plan: RolloutPlan): (a: Turn, b: Turn) => number {
  const label = plan.order === 'label' ? (plan.orderLabel ?? '') : '';
  const labelOf = ({ labels }: NodeFacts): string => labels[label] ?? '';
  return (a, b) =>
    rank(a, plan) - rank(b, plan) ||
    byText(labelOf(a.node), labelOf(b.node)) ||
    byText(a.node.name, b.node.name);
}

function rank({ node, isUp }: Turn, { ownNode }: RolloutPlan): number {
  if (node.name === ownNode) return 3;
  if (!isUp) return 0;
  return node.isControlPlane ? 2 : 1;
}
