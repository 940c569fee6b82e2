import type { Datastore } from '../lib/calico/datastore.ts';
import type { Cluster, Semantics, View } from '../lib/calico/networkpolicy/cluster.ts';
import { ISOLATION_ANNOTATION, isolationOf } from '../lib/calico/networkpolicy/isolation.ts';
import { type Policy, readPolicy } from '../lib/calico/networkpolicy/policy.ts';
import { isTerminating } from '../lib/calico/networkpolicy/read-cluster.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import type { Snapshot } from './snapshot.ts';

/** The cluster of a snapshot, for the model. A namespace of which it cannot be told counts as open. */
export function clusterOf({ namespaces, pods }: Snapshot, datastore: Datastore): Cluster {
  return {
    pods,
    namespaces: namespaces.map(namespace => {
      const { name, labels = {}, annotations = {} } = namespace.metadata;
      const { isolated = false } = isolationOf(annotations[ISOLATION_ANNOTATION], datastore);
      return { name, labels, isolated, terminating: isTerminating(namespace) };
    }),
  };
}

/** NetworkPolicies at one moment, and the semantics under which they are looked at. */
export type Moment = readonly [semantics: Semantics, policies: readonly KubeObject[]];

/**
 * The moments as views for the model, in which an object of several moments is one policy. A policy that cannot be read
 * is left out: a plan refuses it.
 */
export function viewsOf<const M extends readonly Moment[]>(moments: M): { readonly [K in keyof M]: View };
export function viewsOf(moments: readonly Moment[]): readonly View[] {
  const policies = new Map<KubeObject, Policy>();
  for (const object of new Set(moments.flatMap(([, objects]) => objects))) {
    const read = readPolicy(object);
    if (read.ok) policies.set(object, read.value);
  }
  return moments.map(([semantics, objects]) => ({
    semantics,
    policies: objects.map(object => policies.get(object)).filter(policy => policy !== undefined),
  }));
}
