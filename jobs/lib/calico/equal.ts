import type { KubeObject } from '../kubernetes/object.ts';
import { differences } from './diff.ts';
import type { TprKind } from './tpr-kinds.ts';

/** Whether an existing CRD object means the same as the wanted one (tpr-to-crd reference, section 4). */
export function sameMeaning(kind: TprKind, existing: KubeObject, wanted: KubeObject): boolean {
  return differences(kind, existing, wanted).length === 0;
}
