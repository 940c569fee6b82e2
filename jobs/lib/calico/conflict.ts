import type { KubeObject } from '../kubernetes/object.ts';
import { resourceName } from '../kubernetes/resource.ts';
import type { ConvertedObject } from './convert.ts';
import { type Difference, differenceText } from './diff.ts';
import { crdText } from './object-text.ts';
import type { TprKind } from './tpr-kinds.ts';

/** An existing CRD object that contradicts what is to be written. */
export interface Conflict {
  readonly kind: TprKind;
  readonly existing: KubeObject;
  /** What should be in its place; `undefined` for an object that should not be there. */
  readonly object: ConvertedObject | undefined;
  readonly reason: string;
  readonly differences: readonly Difference[];
}

/** One line: the object, why it is a conflict, and each field that differs. */
export function conflictText({ kind, existing, reason, differences }: Conflict): string {
  const fields = differences.map(differenceText).join('; ');
  return `${crdText(kind, existing)}: ${reason}${fields && ` (${fields})`}`;
}

/** The command that removes an object. The full name of the kind, because kubectl 1.7 mixes up short ones. */
export function deleteCommand(kind: TprKind, { metadata }: KubeObject): string {
  return `kubectl delete ${resourceName(kind.crd)} ${metadata.name}`;
}
