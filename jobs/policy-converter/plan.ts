import type { Datastore } from '../lib/calico/datastore.ts';
import {
  DEFAULT_DENY_NAMES,
  defaultDeny,
  isOursUnchanged,
} from '../lib/calico/networkpolicy/default-deny.ts';
import { ISOLATION_ANNOTATION, type Isolation, isolationOf } from '../lib/calico/networkpolicy/isolation.ts';
import { isDenyAll, type Policy, policyText, readPolicy } from '../lib/calico/networkpolicy/policy.ts';
import { isTerminating } from '../lib/calico/networkpolicy/read-cluster.ts';
import { problemText } from '../lib/calico/problem.ts';
import { isBeingDeleted, type KubeObject } from '../lib/kubernetes/object.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import type { Objects } from './snapshot.ts';

/** What is done in a namespace, as the table says it. */
export type Action = 'create' | 'delete' | 'nothing' | 'skip' | 'refuse';

export interface NamespacePlan {
  readonly namespace: string;
  readonly annotation: string | undefined;
  readonly isolation: Isolation;
  readonly policies: readonly KubeObject[];
  readonly action: Action;
  readonly why: string;
  /** The policy to create, with `create`. */
  readonly create?: KubeObject;
  /** What a person has to see to, with `refuse`: one line for each reason, whole sentences. */
  readonly problems: readonly string[];
}

/** What has to be done, as a function of what was read. */
export interface Plan {
  readonly namespaces: readonly NamespacePlan[];
  readonly create: readonly KubeObject[];
  readonly remove: readonly KubeObject[];
  readonly problems: readonly string[];
}

export interface PlanOptions {
  readonly datastore: Datastore;
  /** The API of NetworkPolicies that is used. */
  readonly resource: Resource;
}

/** Plans the documented conversion for every namespace (networkpolicy reference, section 4). */
export function makePlan(objects: Objects, options: PlanOptions): Plan {
  const byNamespace = Map.groupBy(objects.policies, ({ metadata }) => metadata.namespace ?? '');
  const namespaces = objects.namespaces
    .map(namespace => planNamespace(namespace, byNamespace.get(namespace.metadata.name) ?? [], options))
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  return {
    namespaces,
    create: namespaces.flatMap(({ create }) => (create ? [create] : [])),
    remove: namespaces.flatMap(({ action, policies }) => (action === 'delete' ? policies : [])),
    problems: namespaces.flatMap(({ problems }) => problems),
  };
}

/** Whether there is anything to write. */
export const isDone = ({ create, remove }: Plan): boolean => create.length === 0 && remove.length === 0;

type Decision = Pick<NamespacePlan, 'action' | 'why'> & Partial<Pick<NamespacePlan, 'create' | 'problems'>>;

function planNamespace(
  object: KubeObject,
  policies: readonly KubeObject[],
  options: PlanOptions,
): NamespacePlan {
  const namespace = object.metadata.name;
  const annotation = object.metadata.annotations?.[ISOLATION_ANNOTATION];
  const isolation = isolationOf(annotation, options.datastore);
  const decision = isTerminating(object)
    ? { action: 'skip' as const, why: 'is being deleted' }
    : decide(namespace, isolation, policies, options);
  return { namespace, annotation, isolation, policies, problems: [], ...decision };
}

function decide(
  namespace: string,
  isolation: Isolation,
  policies: readonly KubeObject[],
  { resource }: PlanOptions,
): Decision {
  const { isolated, remark } = isolation;
  if (isolated === undefined) {
    return refusal('it cannot be told whether it is isolated', [annotationProblem(namespace, remark)]);
  }
  const read = policies.map(readPolicy);
  const unreadable = read.flatMap(result => (result.ok ? [] : result.problems.map(problemText)));
  if (unreadable.length > 0) return refusal('a policy cannot be read', unreadable);
  if (!isolated) return decideOpen(policies);
  const living = policies.filter(policy => !isBeingDeleted(policy));
  const values = living.map(readPolicy).flatMap(result => (result.ok ? [result.value] : []));
  return decideIsolated(namespace, policies, values, resource);
}

function decideOpen(policies: readonly KubeObject[]): Decision {
  if (policies.length === 0) return { action: 'nothing', why: 'open, and has no policies' };
  if (policies.every(isOursUnchanged))
    return { action: 'delete', why: 'open, since its annotation is gone: our default-deny would close it' };
  return { action: 'delete', why: 'open: its policies have no effect now, and would begin to act' };
}

function decideIsolated(
  namespace: string,
  all: readonly KubeObject[],
  living: readonly Policy[],
  resource: Resource,
): Decision {
  const closing = living.find(isDenyAll);
  if (closing) return { action: 'nothing', why: `closed: ${closing.name} keeps it so` };
  const taken = new Set(all.map(({ metadata }) => metadata.name));
  const name = DEFAULT_DENY_NAMES.find(candidate => !taken.has(candidate));
  if (name === undefined)
    return refusal('no name is free for a default-deny', [namesProblem(namespace, all)]);
  const why =
    name === DEFAULT_DENY_NAMES[0]
      ? 'closed by its annotation, which will have no effect'
      : `closed by its annotation, which will have no effect; ${DEFAULT_DENY_NAMES[0]} has another content and stays`;
  return { action: 'create', why, create: defaultDeny(resource, namespace, name) };
}

const refusal = (why: string, problems: readonly string[]): Decision => ({ action: 'refuse', why, problems });

function annotationProblem(namespace: string, remark = ''): string {
  return `Namespace ${namespace}: annotation ${ISOLATION_ANNOTATION}: ${remark}. Look which connections work now (calicoctl get profile k8s_ns.${namespace} -o yaml), then write '{"ingress":{"isolation":"DefaultDeny"}}' where it is closed, or take the annotation off where it is open`;
}

function namesProblem(namespace: string, policies: readonly KubeObject[]): string {
  const found = policies
    .filter(({ metadata }) => DEFAULT_DENY_NAMES.some(name => name === metadata.name))
    .map(
      policy =>
        `${policyText(policy)} ${isBeingDeleted(policy) ? 'is being deleted' : 'has another content'}`,
    );
  return `Namespace ${namespace}: no name is free for the policy that keeps it closed: ${found.join(', ')}. Rename one of them, or create a policy with podSelector {} and no ingress by another name`;
}
