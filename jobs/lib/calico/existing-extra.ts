import type { KubeObject } from '../kubernetes/object.ts';
import { type Conflict, deleteCommand } from './conflict.ts';
import type { ConvertedObject } from './convert.ts';
import { type Difference, differences } from './diff.ts';
import { identityOf } from './identity.ts';
import { isDefaultPool, MADE_BY_NODE } from './made-by-node.ts';
import { crdText } from './object-text.ts';
import type { Note } from './problem.ts';
import { TPR_KINDS, type TprKind } from './tpr-kinds.ts';

/** An existing CRD object under a name that is not wanted. */
export interface ExtraObject {
  readonly kind: TprKind;
  readonly existing: KubeObject;
}

interface Judgement {
  readonly conflicts: readonly Conflict[];
  readonly untouched: readonly ExtraObject[];
  readonly notes: readonly Note[];
}

/**
 * Judges the existing objects under names that are not wanted. Most are somebody's own and none of our business. A
 * conflict is what a too early node made, and what contradicts a wanted object under another name.
 */
export function judgeExtras(
  wanted: readonly ConvertedObject[],
  existing: ReadonlyMap<string, readonly KubeObject[] | undefined>,
  defaultPools: readonly string[],
): Judgement {
  const identities = new Map(wanted.map(object => [identityKey(object.kind, object.object), object]));
  const judged = extrasOf(wanted, existing).map(extra => judgeExtra(extra, identities, defaultPools));
  return {
    conflicts: judged.flatMap(({ conflicts }) => conflicts),
    untouched: judged.flatMap(({ untouched }) => untouched),
    notes: judged.flatMap(({ notes }) => notes),
  };
}

function extrasOf(
  wanted: readonly ConvertedObject[],
  existing: ReadonlyMap<string, readonly KubeObject[] | undefined>,
): ExtraObject[] {
  return TPR_KINDS.flatMap(kind => {
    const names = new Set(
      wanted.filter(object => object.kind === kind).map(({ object }) => object.metadata.name),
    );
    const found = existing.get(kind.crd.plural) ?? [];
    return found
      .filter(({ metadata }) => !names.has(metadata.name))
      .map(object => ({ kind, existing: object }));
  });
}

function judgeExtra(
  extra: ExtraObject,
  wanted: ReadonlyMap<string, ConvertedObject>,
  defaultPools: readonly string[],
): Judgement {
  const { kind, existing } = extra;
  const same = wanted.get(identityKey(kind, existing));
  if (same !== undefined) return judgeOtherName(extra, same);
  // Without TPR data there is no migration that a node could have been too early for.
  if (wanted.size > 0 && isDefaultPool(kind, existing, defaultPools)) {
    const reason = `${MADE_BY_NODE}: no TPR object has this pool. If it is not wanted: ${deleteCommand(kind, existing)}`;
    return conflictWith(extra, reason, []);
  }
  return { conflicts: [], untouched: [extra], notes: wanted.size > 0 ? [orphanNote(extra)] : [] };
}

/** Copied in an earlier run, perhaps, and deleted in 2.4 since: Calico 2.5 would bring it back to life. */
function orphanNote({ kind, existing }: ExtraObject): Note {
  const reason = `no ${kind.tpr.kind} stands behind it, and it is left as it is. If you deleted that in Calico 2.4 after an earlier copy: ${deleteCommand(kind, existing)}`;
  return { object: crdText(kind, existing), reason };
}

/** Calico lists both objects, but looks only for the name that is wanted: it cannot change or delete the other. */
function judgeOtherName(extra: ExtraObject, same: ConvertedObject): Judgement {
  const { kind, existing } = extra;
  const name = same.object.metadata.name;
  const reason = `stands for the same as ${kind.crd.kind} ${name} under a name that Calico does not look up`;
  const renamed = { ...existing, metadata: { ...existing.metadata, name } };
  const found = differences(kind, renamed, same.object).filter(({ field }) => field.startsWith('spec'));
  if (found.length > 0) {
    const contradiction = `${reason}, and differs from it. Remove it: ${deleteCommand(kind, existing)}`;
    return conflictWith(extra, contradiction, found);
  }
  const advice = `${reason}; it is left as it is. Remove it: ${deleteCommand(kind, existing)}`;
  return {
    conflicts: [],
    untouched: [extra],
    notes: [{ object: crdText(kind, existing), reason: advice }],
  };
}

function conflictWith(extra: ExtraObject, reason: string, found: readonly Difference[]): Judgement {
  return {
    conflicts: [{ ...extra, object: undefined, reason, differences: found }],
    untouched: [],
    notes: [],
  };
}

/** An object that does not say what it stands for is like no other. */
function identityKey(kind: TprKind, object: KubeObject): string {
  const identity = identityOf(kind, object);
  return identity === undefined
    ? `${kind.crd.plural} named ${object.metadata.name}`
    : `${kind.crd.plural} ${identity}`;
}
