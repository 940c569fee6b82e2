import { isDeepStrictEqual } from 'node:util';
import { withoutServerFields } from './clean.ts';
import { type Fields, fieldsOf, itemsOf } from './fields.ts';
import { isBuiltIn, itemKey, type MergeRules, mergeRulesOf } from './merge-keys.ts';
import { isRecord, type KubeObject } from './object.ts';

/** The value before, as it shall be, and as it is; undefined where there is none. */
interface Sides<T = unknown> {
  readonly before: T;
  readonly wanted: T;
  readonly live: T;
}

interface Merge {
  readonly rules: MergeRules;
  /** What is the same before and wanted stays as it is live. */
  readonly changesOnly: boolean;
}

/**
 * What `kubectl apply` makes of a live object: everything wanted, without what was applied before and is not wanted any more; the
 * rest, which others wrote, stays. A field that is wanted as null is removed.
 */
export const mergeApplied = (
  lastApplied: KubeObject | undefined,
  wanted: KubeObject,
  live: KubeObject,
): KubeObject => mergeObjects({ before: lastApplied, wanted, live }, false);

/** Carries what differs between two forms of an object over to what it is meanwhile, and nothing else. */
export const mergeChange = (base: KubeObject, wanted: KubeObject, live: KubeObject): KubeObject =>
  mergeObjects({ before: base, wanted, live }, true);

function mergeObjects(
  { before, wanted, live }: { before: KubeObject | undefined; wanted: KubeObject; live: KubeObject },
  changesOnly: boolean,
): KubeObject {
  const sides = { before: before ? ownFields(before) : {}, wanted: ownFields(wanted), live };
  const { metadata, ...merged } = mergeFields(sides, { rules: mergeRulesOf(wanted), changesOnly });
  const { apiVersion, kind } = changesOnly ? live : wanted;
  return {
    ...merged,
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: { ...(isRecord(metadata) ? metadata : {}), name: live.metadata.name },
  };
}

/** What a person decides about: neither the object's identity nor what servers set. */
function ownFields(object: KubeObject): Fields {
  const { apiVersion: _, kind: __, status, metadata, ...fields } = withoutServerFields(object);
  const { name: ___, namespace: ____, ...meta } = metadata;
  return {
    ...fields,
    ...(status !== undefined && !isBuiltIn(object) && { status }),
    metadata: meta,
  };
}

function mergeFields({ before, wanted, live }: Sides<Fields>, merge: Merge): Fields {
  const { rules, changesOnly } = merge;
  const isKept = (key: string): boolean => !(key in wanted) && !(key in before) && !rules.whole;
  const merged = new Map(Object.entries(live).filter(([key]) => key in wanted || isKept(key)));
  for (const [key, value] of Object.entries(wanted)) {
    const sides = { before: before[key], wanted: value, live: live[key] };
    const result = mergeValue(sides, { rules: rules.fields?.[key] ?? {}, changesOnly });
    if (result === undefined) merged.delete(key);
    else merged.set(key, result);
  }
  return Object.fromEntries(merged);
}

/** Undefined where the field is to be absent. */
function mergeValue({ before, wanted, live }: Sides, merge: Merge): unknown {
  if (merge.changesOnly && isDeepStrictEqual(before, wanted)) return live;
  if (wanted === null || wanted === undefined) return undefined;
  // What is not there any more, but is to change, is made as a whole.
  const how = live === undefined ? { ...merge, changesOnly: false } : merge;
  if (isRecord(wanted)) {
    return mergeFields({ before: fieldsOf(before), wanted, live: fieldsOf(live) }, how);
  }
  if (!Array.isArray(wanted)) return wanted;
  const lists = { before: itemsOf(before), wanted, live: itemsOf(live) };
  if (merge.rules.keys) return mergeItems(lists, how, merge.rules.keys);
  return merge.rules.set ? mergeSets(lists) : wanted;
}

function mergeSets({ before, wanted, live }: Sides<readonly unknown[]>): readonly unknown[] {
  const kept = live.filter(item => wanted.includes(item) || !before.includes(item));
  return [...kept, ...wanted.filter(item => !kept.includes(item))];
}

/** A list whose items have keys. One where an item has none, or two have the same, is taken as a whole. */
function mergeItems(
  { before, wanted, live }: Sides<readonly unknown[]>,
  merge: Merge,
  keys: readonly string[],
): readonly unknown[] {
  const keyOf = (item: unknown) => (isRecord(item) ? itemKey(item, keys) : undefined);
  const wantedKeys = new Set(wanted.map(keyOf));
  if (wantedKeys.has(undefined) || wantedKeys.size < wanted.length) return wanted;
  const find = (list: readonly unknown[], key: unknown) => list.find(item => keyOf(item) === key);
  const removed = new Set(before.map(keyOf).filter(key => key !== undefined));
  const ours = wanted.flatMap(item => {
    const key = keyOf(item);
    const result = mergeValue({ before: find(before, key), wanted: item, live: find(live, key) }, merge);
    const place = live.findIndex(one => keyOf(one) === key);
    return result === undefined ? [] : [{ item: result, place: place < 0 ? live.length : place }];
  });
  const others = live.flatMap((item, place) => {
    const key = keyOf(item);
    return wantedKeys.has(key) || removed.has(key ?? '') ? [] : [{ item, place }];
  });
  return inOrder(ours, others);
}

interface Placed {
  readonly item: unknown;
  /** Where it is in the live list; behind all of it where it is new. */
  readonly place: number;
}

/** Ours in the order that is wanted; each of the others stays before what it was before. */
function inOrder(ours: readonly Placed[], others: readonly Placed[]): readonly unknown[] {
  const result: unknown[] = [];
  let next = 0;
  for (const { item, place } of ours) {
    for (let other = others[next]; other && other.place < place; other = others[next]) {
      result.push(other.item);
      next += 1;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next).map(({ item }) => item)];
}
