import { type Fields, fieldsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';

/** What keeps pods away from a node. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** On which nodes Kubernetes puts pods of a template. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Terms of the required node affinity, of which one has to fit; undefined where there is none. */
  readonly affinity: readonly Fields[] | undefined;
  readonly tolerations: readonly Fields[];
}

interface PlacedNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

/** Taints that every DaemonSet tolerates: troubles of a node that pass. Kubernetes 1.7 has the alpha ones. */
const PASSING =
  /^node\.(alpha\.)?kubernetes\.io\/(not-?ready|unreachable|(disk|memory|pid)-?pressure|unschedulable|network-?unavailable)$/i;

/** Where pods of a pod template's spec go. */
export function placementOf(podSpec: unknown): Placement {
  const { nodeSelector, affinity, tolerations } = fieldsOf(podSpec);
  const required = fieldsOf(fieldsOf(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  return {
    nodeSelector: Object.fromEntries(
      Object.entries(fieldsOf(nodeSelector)).map(([label, value]) => [label, String(value)]),
    ),
    affinity: required === undefined ? undefined : recordsOf(fieldsOf(required).nodeSelectorTerms),
    tolerations: recordsOf(tolerations),
  };
}

/** The taints of a node that keep new pods away. */
export function taintsOf(nodeSpec: unknown): readonly Taint[] {
  return recordsOf(fieldsOf(nodeSpec).taints)
    .filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    .map(({ key, value, effect }) => ({
      key: String(key),
      value: String(value ?? ''),
      effect: String(effect),
    }));
}

/** Why a node gets no pod of a DaemonSet; undefined where it gets one. */
export function placementProblem(
  node: PlacedNode,
  { nodeSelector, affinity, tolerations }: Placement,
): string | undefined {
  const label = Object.entries(nodeSelector).find(([key, value]) => node.labels[key] !== value);
  if (label) return `it has not the label ${label[0]}=${label[1]} of the DaemonSet's nodeSelector`;
  if (affinity && !affinity.some(term => fitsTerm(node, term)))
    return 'the node affinity of the DaemonSet leaves it out';
  const taint = node.taints.find(
    one => !PASSING.test(one.key) && !tolerations.some(toleration => tolerates(toleration, one)),
  );
  return taint && `the DaemonSet does not tolerate its taint ${taintText(taint)}`;
}

const taintText = ({ key, value, effect }: Taint): string => `${key}${value && `=${value}`}:${effect}`;

function tolerates({ key, operator, value, effect }: Fields, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (operator === 'Exists') return !key || key === taint.key;
  return key === taint.key && (value ?? '') === taint.value;
}

/** A term without any condition fits no node. */
function fitsTerm({ name, labels }: PlacedNode, { matchExpressions, matchFields }: Fields): boolean {
  const expressions = recordsOf(matchExpressions);
  const fields = recordsOf(matchFields);
  return (
    expressions.length + fields.length > 0 &&
    expressions.every(one => fits(labels[String(one.key)], one)) &&
    fields.every(one => fits(one.key === 'metadata.name' ? name : undefined, one))
  );
}

function fits(actual: string | undefined, { operator, values }: Fields): boolean {
  const wanted = Array.isArray(values) ? values : [];
  switch (operator) {
    case 'In':
      return wanted.includes(actual);
    case 'NotIn':
      return !wanted.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return Number(actual) > Number(wanted[0]);
    case 'Lt':
      return Number(actual) < Number(wanted[0]);
    default:
      return false;
  }
}
