import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';

/** CustomResourceDefinitions in the version that has no more to it than the Calico of that time knew. */
export const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1beta1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

export const SERVICE_ACCOUNTS: Resource = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};

export const JOBS: Resource = {
  group: 'batch',
  version: 'v1',
  plural: 'jobs',
  kind: 'Job',
  namespaced: true,
};
