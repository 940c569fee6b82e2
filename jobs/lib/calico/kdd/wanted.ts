import type { CrdKind } from '../../kubernetes/crd.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { apiVersionOf } from '../../kubernetes/resource.ts';
import type { Note, Problem } from '../problem.ts';

/** An object of 3.0 that should be there. */
export interface WantedObject {
  readonly crd: CrdKind;
  /** Without the annotation of `withIdentity`, which only says who wrote it and when. */
  readonly object: KubeObject;
}

/** What a part of the old data becomes. */
export interface KddConversion {
  readonly objects: readonly WantedObject[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

/** A wanted object with the given spec. */
export function wantedObject(
  crd: CrdKind,
  metadata: KubeObject['metadata'],
  spec: Readonly<Record<string, unknown>>,
): WantedObject {
  return { crd, object: { apiVersion: apiVersionOf(crd), kind: crd.kind, metadata, spec } };
}

/** `FelixConfiguration default`: how people read of it, and what identifies it. */
export const wantedKey = ({ crd, object }: WantedObject): string => `${crd.kind} ${object.metadata.name}`;
