import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';

const WORKLOADS = [
  ...['DaemonSet', 'Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'],
  ...['Pod', 'Job', 'CronJob'],
];

/** Kinds that others need, in the order to apply them (components reference, section 6). */
const CLASSES: readonly (readonly string[])[] = [
  ['CustomResourceDefinition', 'ThirdPartyResource'],
  ['Namespace'],
  ['ServiceAccount'],
  ['PodSecurityPolicy', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'],
  ['Secret', 'ConfigMap'],
  ['Service'],
];

/** The place of a kind: workloads come last, and what is in no class before them. */
function placeOf({ kind = '' }: KubeObject): number {
  const place = CLASSES.findIndex(kinds => kinds.includes(kind));
  if (place >= 0) return place;
  return WORKLOADS.includes(kind) ? CLASSES.length + 1 : CLASSES.length;
}

/** What is needed by others first; within a class in the order that is given. */
export const sortForApply = <T extends { readonly object: KubeObject }>(all: readonly T[]): readonly T[] =>
  [...all].sort((a, b) => placeOf(a.object) - placeOf(b.object));
