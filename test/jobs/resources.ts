import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';

/** CustomResourceDefinitions in the version that has no more to it than the Calico of that time knew. */
export const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1beta1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};
