import { isAtLeast } from '../../jobs/lib/calico/calico-version.ts';
import { type Fields, itemsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { ManifestObject, ObjectName, TargetInput } from './model.ts';
import { podSpecOf } from './pod-spec.ts';

/** Our own RBAC manifests, as far as an upgrade needs them. */
export interface Rights {
  /** For old and new nodes together; to apply first. */
  readonly whileUpgrading: readonly KubeObject[];
  /** Further ones to apply before the nodes. */
  readonly before: readonly KubeObject[];
  readonly afterwards: readonly KubeObject[];
  readonly remove: readonly ObjectName[];
}

/**
 * The rights that the target needs (components reference, section 6: first a superset, in the end the narrow ones). What the manifests
 * have under the same name is left to them.
 */
export function rightsOf(input: TargetInput, hasControllers: boolean, live: KubeObject): Rights {
  const crosses = (release: string) => !isAtLeast(input.from, release) && isAtLeast(input.target, release);
  const isNode = input.install.datastore === 'kubernetes' && input.spec.components.includes('node');
  const narrow = boundTo(input.install.flavour === 'canal' ? input.rbac.canal : input.rbac.kdd, live);
  const isOld = isNode && crosses('2.5.0');
  const own = (objects: readonly KubeObject[]) => notIn(input.manifests, objects);
  return {
    whileUpgrading: isOld ? boundTo(input.rbac.whileUpgrading, live) : [],
    before: own([
      ...(hasControllers && isAtLeast(input.target, '2.6.0') ? input.rbac.etcd : []),
      ...(isNode && crosses('3.0.0') ? narrow.map(withRulesOf3) : []),
    ]),
    afterwards: own(isOld && !crosses('3.0.0') ? narrow : []),
    remove: isOld ? input.rbac.whileUpgrading.map(nameOf) : [],
  };
}

function notIn(manifests: readonly ManifestObject[], objects: readonly KubeObject[]): readonly KubeObject[] {
  const key = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;
  const given = new Set(manifests.map(({ object }) => key(object)));
  return objects.filter(object => !given.has(key(object)));
}

const nameOf = ({ apiVersion = '', kind = '', metadata: { name, namespace } }: KubeObject): ObjectName => ({
  ...{ apiVersion, kind, name },
  ...(namespace !== undefined && { namespace }),
});

/** Bindings for the service account that the pods have here, too. */
function boundTo(objects: readonly KubeObject[], daemonSet: KubeObject): readonly KubeObject[] {
  const { serviceAccountName: name } = podSpecOf(daemonSet) ?? {};
  const { namespace = 'kube-system' } = daemonSet.metadata;
  if (typeof name !== 'string') return objects;
  const isBound = (subjects: unknown) =>
    recordsOf(subjects).some(subject => subject.name === name && subject.namespace === namespace);
  const account = { kind: 'ServiceAccount', name, namespace };
  return objects.map(object =>
    object.kind !== 'ClusterRoleBinding' || isBound(object.subjects)
      ? object
      : { ...object, subjects: [...itemsOf(object.subjects), account] },
  );
}

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): Fields => ({
  apiGroups: [group],
  resources,
  verbs,
});

/** What calico-node 3.0 needs beside the rights of 2.6 (tpr-to-crd reference, section 8). */
export const RULES_OF_3: readonly Fields[] = [
  rule('', ['pods'], ['patch']),
  rule('', ['services', 'endpoints'], ['get']),
  rule(
    'crd.projectcalico.org',
    ['felixconfigurations', 'bgpconfigurations', 'networkpolicies', 'clusterinformations'],
    ['create', 'get', 'list', 'update', 'watch'],
  ),
];

const withRulesOf3 = (object: KubeObject): KubeObject =>
  object.kind === 'ClusterRole' && object.metadata.name !== 'flannel'
    ? { ...object, rules: [...itemsOf(object.rules), ...RULES_OF_3] }
    : object;
