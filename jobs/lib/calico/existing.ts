import { isBeingDeleted, type KubeObject } from '../kubernetes/object.ts';
import type { Conflict } from './conflict.ts';
import type { ConvertedObject } from './convert.ts';
import { differences } from './diff.ts';
import { type ExtraObject, judgeExtras } from './existing-extra.ts';
import { isClusterGuid, isDefaultPool, isRewrittenByNodes, MADE_BY_NODE } from './made-by-node.ts';
import { copiedMetadata } from './metadata.ts';
import type { Note } from './problem.ts';

/** What to do with an existing object that differs: refuse all, leave it, or write ours over it. */
export type OnConflict = 'stop' | 'keep' | 'overwrite';

export interface ExistingOptions {
  readonly onConflict: OnConflict;
  /** CIDRs of CALICO_IPV4POOL_CIDR and CALICO_IPV6POOL_CIDR: pools that a node may have made by itself. */
  readonly defaultPools?: readonly string[];
}

export interface ObjectUpdate {
  readonly object: ConvertedObject;
  readonly existing: KubeObject;
  /** What to write: our spec; labels and annotations of both, ours first. */
  readonly replacement: KubeObject;
}

/** What to do with each wanted object and each existing one. */
export interface ExistingActions {
  readonly create: readonly ConvertedObject[];
  readonly update: readonly ObjectUpdate[];
  /** Equal in meaning already. */
  readonly unchanged: readonly ConvertedObject[];
  /** They differ only in what every node rewrites when it starts, and are left as they are. */
  readonly tolerated: readonly { readonly object: ConvertedObject; readonly existing: KubeObject }[];
  /** Conflicts that are left as they are, because of `onConflict`. */
  readonly keep: readonly Conflict[];
  /** Conflicts that somebody has to decide. Unless this is empty nothing must be written. */
  readonly conflicts: readonly Conflict[];
  /** Objects that no TPR stands behind: never changed, never deleted. */
  readonly untouched: readonly ExtraObject[];
  readonly notes: readonly Note[];
}

/**
 * Compares what is wanted with the CRD objects that exist, given by plural of the CRD (tpr-to-crd reference, section 4
 * and section 10, row 7).
 */
export function decideExisting(
  wanted: readonly ConvertedObject[],
  existing: ReadonlyMap<string, readonly KubeObject[] | undefined>,
  { onConflict, defaultPools = [] }: ExistingOptions,
): ExistingActions {
  const names = new Map([...existing].map(([plural, objects]) => [plural, indexByName(objects ?? [])]));
  const pairs = wanted.map(object => ({ object, found: findExisting(object, names) }));
  const judged = pairs.flatMap(({ object, found }) => (found ? [judge(object, found, defaultPools)] : []));
  const extras = judgeExtras(wanted, existing, defaultPools);
  const conflicts = judged.map(({ conflict }) => conflict).filter(conflict => conflict !== undefined);
  const all = [...conflicts, ...extras.conflicts];
  const dying = all.filter(({ existing }) => isBeingDeleted(existing));
  const decidable = all.filter(conflict => !dying.includes(conflict));
  return {
    create: pairs.filter(({ found }) => found === undefined).map(({ object }) => object),
    update: onConflict === 'overwrite' ? decidable.flatMap(updatesOf) : [],
    unchanged: judged.filter(({ state }) => state === 'unchanged').map(({ object }) => object),
    tolerated: judged.filter(({ state }) => state === 'tolerated'),
    keep: {
      stop: [],
      keep: decidable,
      overwrite: decidable.filter(({ object }) => object === undefined),
    }[onConflict],
    conflicts: onConflict === 'stop' ? all : dying,
    untouched: extras.untouched,
    notes: extras.notes,
  };
}

interface Judged {
  readonly state: 'unchanged' | 'tolerated' | 'conflict';
  readonly object: ConvertedObject;
  readonly existing: KubeObject;
  readonly conflict?: Conflict;
}

function judge(object: ConvertedObject, existing: KubeObject, defaultPools: readonly string[]): Judged {
  const { kind } = object;
  const found = differences(kind, existing, object.object);
  if (isBeingDeleted(existing)) {
    const reason = `is being deleted${finalizersText(existing)}. Wait until it is gone, then start again`;
    return {
      state: 'conflict',
      object,
      existing,
      conflict: { kind, existing, object, reason, differences: [] },
    };
  }
  if (found.length === 0) return { state: 'unchanged', object, existing };
  if (isRewrittenByNodes(object) && found.every(({ field }) => field === 'spec.value')) {
    return { state: 'tolerated', object, existing };
  }
  const madeByNode = isClusterGuid(object) || isDefaultPool(kind, existing, defaultPools);
  const reason = `differs${madeByNode ? `, perhaps a ${MADE_BY_NODE}` : ''}`;
  return {
    state: 'conflict',
    object,
    existing,
    conflict: { kind, existing, object, reason, differences: found },
  };
}

function finalizersText({ metadata: { finalizers } }: KubeObject): string {
  return Array.isArray(finalizers) && finalizers.length > 0
    ? ` (finalizers hold it: ${finalizers.join(', ')})`
    : '';
}

type NameIndex = ReadonlyMap<string, KubeObject>;

function indexByName(objects: readonly KubeObject[]): NameIndex {
  return new Map(objects.map(object => [object.metadata.name, object]));
}

function findExisting(
  { kind, object }: ConvertedObject,
  names: ReadonlyMap<string, NameIndex>,
): KubeObject | undefined {
  return names.get(kind.crd.plural)?.get(object.metadata.name);
}

/** The update that resolves a conflict in our favour; none where nothing of ours is to be in the place. */
export function updatesOf({ object, existing }: Conflict): ObjectUpdate[] {
  if (object === undefined) return [];
  const { metadata } = object.object;
  const kept = copiedMetadata(existing.metadata, metadata.name);
  const labels = { ...kept.labels, ...metadata.labels };
  const annotations = { ...kept.annotations, ...metadata.annotations };
  const merged = copiedMetadata({ name: metadata.name, labels, annotations }, metadata.name);
  const { ownerReferences, finalizers } = existing.metadata;
  const others = {
    ...(ownerReferences !== undefined && { ownerReferences }),
    ...(finalizers !== undefined && { finalizers }),
  };
  return [{ object, existing, replacement: { ...object.object, metadata: { ...merged, ...others } } }];
}
