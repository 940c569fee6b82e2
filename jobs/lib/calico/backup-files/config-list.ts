import type { KubeObject } from '../../kubernetes/object.ts';

/** What Kubernetes 1.7 sets or keeps in the metadata of a ThirdPartyResource's instance. */
const METADATA = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'initializers',
  'labels',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/**
 * The list that kubectl 1.7 prints with `get <kind> --all-namespaces -o yaml`, in the order of the objects. Newer
 * API servers add metadata that 1.7 did not have (managedFields, generation); it is left out.
 */
export function configList(kind: string, objects: readonly KubeObject[]): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: objects.map(object => ({
      apiVersion: 'projectcalico.org/v1',
      kind,
      ...object,
      metadata: Object.fromEntries(METADATA.map(field => [field, object.metadata[field]])),
    })),
    metadata: { resourceVersion: '', selfLink: '' },
  };
}
