import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { resourceName } from '../../kubernetes/resource.ts';
import { GLOBAL_NETWORK_POLICIES } from '../crd-kinds.ts';
import type { Problem } from '../problem.ts';
import { convertNameNoDots } from '../v1/names.ts';

/** Calico 3.0 stores the policy `x` as `default.x` (etcd v3 model reference, section 4). */
const STORED_PREFIX = 'default.';

/** The policies that Kubernetes NetworkPolicies become have this order, and names that begin so. */
const KUBERNETES_POLICIES = { order: 1000, name: 'knp.default.' };

/** Whether a policy has a name that 3.0 does not look up: it is in the form of 2.6. */
export const isOldPolicy = ({ metadata }: KubeObject): boolean => !metadata.name.startsWith(STORED_PREFIX);

/** The name that a policy of 2.6 has as an object of 3.0. */
export const storedPolicyName = ({ metadata }: KubeObject): string =>
  STORED_PREFIX + convertNameNoDots(metadata.name);

/** Another policy of the same order. */
interface Rival {
  readonly text: string;
  readonly name: string;
  /** Its name when every policy has its form of 3.0. */
  readonly newName: string;
}

/**
 * A problem for each policy of 2.6 that would change places with another policy of the same order under its new name:
 * Calico goes by name there, and the first that decides wins. Kubernetes NetworkPolicies are among the others; of the
 * NetworkPolicies of Calico, which have namespaces, there are none before 3.0.
 */
export function policyOrderProblems(policies: readonly KubeObject[]): readonly Problem[] {
  const old = policies.filter(isOldPolicy);
  const copies = new Set(old.map(storedPolicyName));
  const known = policies.filter(({ metadata }) => !copies.has(metadata.name));
  const byOrder = Map.groupBy(known, orderOf);
  return old.flatMap(policy => {
    const others = (byOrder.get(orderOf(policy)) ?? []).filter(other => other !== policy).map(rivalOf);
    const rivals = orderOf(policy) === KUBERNETES_POLICIES.order ? [...others, KUBERNETES_RIVAL] : others;
    const overtaken = rivals.find(rival => changesPlaces(policy, rival));
    return overtaken ? [problemOf(policy, overtaken)] : [];
  });
}

const KUBERNETES_RIVAL: Rival = {
  text: 'the Kubernetes NetworkPolicies',
  name: KUBERNETES_POLICIES.name,
  newName: KUBERNETES_POLICIES.name,
};

const rivalOf = (policy: KubeObject): Rival => ({
  text: `GlobalNetworkPolicy ${policy.metadata.name}`,
  name: policy.metadata.name,
  newName: isOldPolicy(policy) ? storedPolicyName(policy) : policy.metadata.name,
});

const changesPlaces = (policy: KubeObject, { name, newName }: Rival): boolean =>
  name < policy.metadata.name !== newName < storedPolicyName(policy);

/** Without an order a policy comes after all that have one. */
function orderOf({ spec }: KubeObject): unknown {
  return isRecord(spec) ? (spec.order ?? undefined) : undefined;
}

function problemOf(policy: KubeObject, { text }: Rival): Problem {
  const { name } = policy.metadata;
  const order = orderOf(policy);
  const found = order === undefined ? 'is not set, as' : `is ${String(order)}, as`;
  return {
    object: `GlobalNetworkPolicy ${name}`,
    field: 'spec.order',
    reason: `${found} that of ${text}, and as ${storedPolicyName(policy)} it would change places with it`,
    fix: `Give it an order of its own, so that the two stay as they are: kubectl edit ${resourceName(GLOBAL_NETWORK_POLICIES)} ${name}`,
  };
}
