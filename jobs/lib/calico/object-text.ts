import { type KubeObject, objectKey } from '../kubernetes/object.ts';
import type { TprKind } from './tpr-kinds.ts';

const LONGEST = 80;

/** How an object of a ThirdPartyResource kind is named to people: `IpPool kube-system/10-64-0-0-16`. */
export function tprText(kind: TprKind, object: KubeObject): string {
  return `${kind.tpr.kind} ${objectKey(object)}`;
}

/** How an object of a CRD kind is named to people: `IPPool 10-64-0-0-16`. */
export function crdText(kind: TprKind, object: KubeObject): string {
  return `${kind.crd.kind} ${object.metadata.name}`;
}

/** A value as JSON on one line; a long one is cut and its length given. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
