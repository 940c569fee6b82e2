import type { Resource } from './resource.ts';

const core = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
});

export const CONFIG_MAPS = core('configmaps', 'ConfigMap', true);
export const EVENTS = core('events', 'Event', true);
export const NAMESPACES = core('namespaces', 'Namespace', false);
export const NODES = core('nodes', 'Node', false);
export const PODS = core('pods', 'Pod', true);
export const SERVICE_ACCOUNTS = core('serviceaccounts', 'ServiceAccount', true);

export const JOBS: Resource = {
  group: 'batch',
  version: 'v1',
  plural: 'jobs',
  kind: 'Job',
  namespaced: true,
};

/** A kind of RBAC as Kubernetes 1.8 and later, then as 1.7 serves it. */
const rbac = (plural: string, kind: string, namespaced: boolean): readonly Resource[] =>
  ['v1', 'v1beta1'].map(version => ({
    group: 'rbac.authorization.k8s.io',
    version,
    plural,
    kind,
    namespaced,
  }));

export const ROLES = rbac('roles', 'Role', true);
export const ROLE_BINDINGS = rbac('rolebindings', 'RoleBinding', true);
export const CLUSTER_ROLES = rbac('clusterroles', 'ClusterRole', false);
export const CLUSTER_ROLE_BINDINGS = rbac('clusterrolebindings', 'ClusterRoleBinding', false);

/** DaemonSets as Kubernetes 1.9 and later, then as 1.7 serves them. */
export const DAEMON_SETS: readonly Resource[] = [
  { group: 'apps', version: 'v1', plural: 'daemonsets', kind: 'DaemonSet', namespaced: true },
  { group: 'extensions', version: 'v1beta1', plural: 'daemonsets', kind: 'DaemonSet', namespaced: true },
];

/** Deployments, in the same two forms. */
export const DEPLOYMENTS: readonly Resource[] = [
  { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true },
  { group: 'extensions', version: 'v1beta1', plural: 'deployments', kind: 'Deployment', namespaced: true },
];

/** NetworkPolicies from 1.7 on, then as 1.3 to 1.15 serve them; where both are served they show the same objects. */
export const NETWORK_POLICIES: readonly Resource[] = [
  networkPolicies('networking.k8s.io', 'v1'),
  networkPolicies('extensions', 'v1beta1'),
];

function networkPolicies(group: string, version: string): Resource {
  return { group, version, plural: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true };
}

export const THIRD_PARTY_RESOURCES: Resource = {
  group: 'extensions',
  version: 'v1beta1',
  plural: 'thirdpartyresources',
  kind: 'ThirdPartyResource',
  namespaced: false,
};

/** CustomResourceDefinitions as Kubernetes 1.16 and later, then as 1.7 serves them. */
export const CUSTOM_RESOURCE_DEFINITIONS: readonly Resource[] = [crds('v1'), crds('v1beta1')];

function crds(version: string): Resource {
  return {
    group: 'apiextensions.k8s.io',
    version,
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  };
}
