import { isDeepStrictEqual } from 'node:util';
import { isOurs, isOursUnchanged } from '../lib/calico/networkpolicy/default-deny.ts';
import { policyText } from '../lib/calico/networkpolicy/policy.ts';
import { isTerminating } from '../lib/calico/networkpolicy/read-cluster.ts';
import { withoutServerFields } from '../lib/kubernetes/clean.ts';
import { isBeingDeleted, type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { apiVersionOf, type Resource } from '../lib/kubernetes/resource.ts';
import type { Objects } from './snapshot.ts';

/** What brings back the state before a conversion. */
export interface RevertPlan {
  /** Deleted policies, as they were, in the API form that is served now. */
  readonly restore: readonly KubeObject[];
  /** Policies that we created and nobody has changed. */
  readonly remove: readonly KubeObject[];
  /** Policies that somebody changed or made since, a line each: they are never overwritten or deleted. */
  readonly conflicts: readonly string[];
  /** Policies whose namespace is gone, a line each. */
  readonly leftOut: readonly string[];
  /** Deleted policies that are back already. */
  readonly unchanged: number;
}

/** Compares what a conversion deleted and created with what is there. */
export function planRevert(
  saved: readonly KubeObject[],
  { namespaces, policies }: Objects,
  resource: Resource,
): RevertPlan {
  const present = new Map(policies.map(policy => [objectKey(policy), policy]));
  const living = new Set(
    namespaces.filter(namespace => !isTerminating(namespace)).map(({ metadata }) => metadata.name),
  );
  const [here, gone] = [true, false].map(isHere =>
    saved.filter(({ metadata }) => living.has(metadata.namespace ?? '') === isHere),
  );
  const pairs = (here ?? []).map(policy => ({ policy, found: present.get(objectKey(policy)) }));
  const ours = policies.filter(isOurs);
  return {
    restore: pairs.filter(({ found }) => !found).map(({ policy }) => inForm(policy, resource)),
    remove: ours.filter(isOursUnchanged),
    conflicts: [
      ...pairs.flatMap(({ policy, found }) => (found ? conflictWith(policy, found) : [])),
      ...ours
        .filter(policy => !isOursUnchanged(policy))
        .map(policy => `${policyText(policy)}: created by the conversion, and changed by somebody since`),
    ],
    leftOut: (gone ?? []).map(policy => `${policyText(policy)}: its namespace is gone`),
    unchanged: pairs.filter(({ policy, found }) => found && isSame(policy, found) && !isBeingDeleted(found))
      .length,
  };
}

function conflictWith(policy: KubeObject, found: KubeObject): readonly string[] {
  if (isBeingDeleted(found)) return [`${policyText(policy)}: is being deleted at this moment`];
  return isSame(policy, found)
    ? []
    : [`${policyText(policy)}: exists with another content than before the conversion`];
}

/** The same but for the API form and what servers set. */
function isSame(a: KubeObject, b: KubeObject): boolean {
  const contents = [a, b].map(object => ({ ...withoutServerFields(object), apiVersion: '', kind: '' }));
  return isDeepStrictEqual(contents[0], contents[1]);
}

const inForm = (policy: KubeObject, resource: Resource): KubeObject => ({
  ...withoutServerFields(policy),
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});
