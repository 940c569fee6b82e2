import type { KubeObject, ObjectMeta } from '../kubernetes/object.ts';
import { apiVersionOf } from '../kubernetes/resource.ts';
import type { TprKind } from './tpr-kinds.ts';

/** Where kubectl keeps the object as it was applied last: in a copy it would hold the form of the source. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The metadata of a copy: the name, and the labels and annotations that a user gave. All that the server set is
 * left out (tpr-to-crd reference, section 4).
 */
export function copiedMetadata(source: ObjectMeta, name: string): ObjectMeta {
  const labels = Object.entries(source.labels ?? {});
  const annotations = Object.entries(source.annotations ?? {}).filter(([key]) => key !== LAST_APPLIED);
  return {
    name,
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
  };
}

/** The CRD object that takes over from `source`. */
export function crdObject(
  kind: TprKind,
  source: KubeObject,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): KubeObject {
  return {
    apiVersion: apiVersionOf(kind.crd),
    kind: kind.crd.kind,
    metadata: copiedMetadata(source.metadata, name),
    spec,
  };
}
