import { placeKey } from '../lib/calico/v1/place.ts';
import type { KeyPlace, Unit, UnitNote, UnitProblem } from '../lib/calico/v1/unit.ts';
import { createTexts, type Texts } from './texts.ts';

/** A unit whose values were kept, since it has several keys. */
export interface KeptUnit {
  readonly unit: Unit;
  readonly values: Map<string, string>;
}

/** The object that a unit makes in v3; without a key, where v3 does not accept it. */
export interface UnitOutcome {
  readonly v3Key: string | undefined;
  readonly v3Name: string | undefined;
}

/**
 * What is known of the v1 data and its conversion: the whole of it at first, kept up to date by events. It holds the text
 * of every v3 entry, and the v1 values only where a unit has several keys: 100,000 keys take about 100 MB.
 */
export interface State {
  /** Of each key of v1 that is carried over, the index of its last change. */
  readonly indexes: Map<string, number>;
  readonly kept: Map<string, KeptUnit>;
  readonly outcomes: Map<string, UnitOutcome>;
  /** The text to be stored, by v3 key. */
  readonly wanted: Texts;
  /** The id of the unit that has an object, by `claimOf`. */
  readonly owners: Map<string, string>;
  /** The ids of the units that make the same object, where there is more than one: a clash. The first is the owner. */
  readonly shared: Map<string, readonly string[]>;
  /** Units that would have an object now that the one before them is gone, and whose values were not kept. */
  readonly heirs: Set<string>;
  readonly problems: Map<string, readonly UnitProblem[]>;
  readonly notes: Map<string, readonly UnitNote[]>;
  /** How many conversions of a unit were noted here: whoever has seen the same number has seen everything. */
  conversions: number;
  /** Keys that are not carried over and that the operator has to know of. */
  readonly leftOut: Map<string, string>;
}

/** What makes two objects the same: their name, or without one their key. */
export const claimOf = ({ v3Name, v3Key }: UnitOutcome): string | undefined => v3Name ?? v3Key;

/** The unit with an id that was seen before. */
export function unitOf(state: State, id: string): Unit {
  const unit = state.kept.get(id)?.unit ?? placeKey(id).unit;
  if (!unit) throw new RangeError(`no unit ${id}`);
  return unit;
}

/** Before anything was read. */
export const emptyState = (): State => ({
  indexes: new Map(),
  kept: new Map(),
  outcomes: new Map(),
  wanted: createTexts(),
  owners: new Map(),
  shared: new Map(),
  heirs: new Set(),
  problems: new Map(),
  notes: new Map(),
  conversions: 0,
  leftOut: new Map(),
});

/** A unit that has to be converted anew, with all its values; without values it is gone. */
export interface Touched {
  readonly unit: Unit;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Takes a key of v1 in, new or changed. Returns the unit to convert where it has this key alone; units of several keys
 * are noted in `dirty`, to be converted when all their keys are there.
 */
export function takeKey(
  state: State,
  dirty: Set<string>,
  node: { readonly key: string; readonly value: string; readonly modifiedIndex: number },
): Touched | undefined {
  const { key, value, modifiedIndex } = node;
  const place = placeKey(key);
  if (place.node) keepKey(state, dirty, place.node, place.node.id, '');
  const { unit } = place;
  if (!unit) {
    noteLeftOut(state, key, place);
    return undefined;
  }
  state.indexes.set(key, modifiedIndex);
  if (unit.id === key) return { unit, values: new Map([[key, value]]) };
  keepKey(state, dirty, unit, key, value);
  return undefined;
}

/** Takes a key of v1 out. Returns the unit to convert, as `takeKey`. */
export function dropKey(state: State, dirty: Set<string>, key: string): Touched | undefined {
  state.leftOut.delete(key);
  state.indexes.delete(key);
  const { unit } = placeKey(key);
  if (unit?.id === key) return { unit, values: new Map() };
  if (unit) forgetKey(state, dirty, unit, key);
  return undefined;
}

/**
 * Takes out what was in directories when they were deleted: keys whose last change is older. `deleted` has the index of
 * the deletion by directory, `hosts` the index at which something was last made below a host, by the id of its Node. One
 * pass over all keys, however many directories.
 */
export function dropDirectories(
  state: State,
  dirty: Set<string>,
  deleted: ReadonlyMap<string, number>,
  hosts: ReadonlyMap<string, number>,
): readonly Touched[] {
  const touched: Touched[] = [];
  for (const [key, index] of state.indexes) {
    if (index >= deletionOf(key, deleted)) continue;
    const one = dropKey(state, dirty, key);
    if (one) touched.push(one);
  }
  dropHosts(state, dirty, deleted, hosts);
  return touched;
}

/** A host's directory is its Node's id; it is there again where something younger was made in it. */
function dropHosts(
  state: State,
  dirty: Set<string>,
  deleted: ReadonlyMap<string, number>,
  hosts: ReadonlyMap<string, number>,
): void {
  for (const { unit } of [...state.kept.values()]) {
    if (unit.kind !== 'Node') continue;
    if (deletionOf(`${unit.id}x`, deleted) > (hosts.get(unit.id) ?? 0))
      forgetKey(state, dirty, unit, unit.id);
  }
}

/** The index at which a directory above a key was last deleted; 0 where none was. */
function deletionOf(key: string, deleted: ReadonlyMap<string, number>): number {
  let last = 0;
  for (let slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
    last = Math.max(last, deleted.get(key.slice(0, slash)) ?? 0);
  }
  return last;
}

function keepKey(state: State, dirty: Set<string>, unit: Unit, key: string, value: string): void {
  const kept = state.kept.get(unit.id) ?? { unit, values: new Map<string, string>() };
  if (kept.values.get(key) === value) return;
  state.kept.set(unit.id, kept);
  kept.values.set(key, value);
  dirty.add(unit.id);
}

function forgetKey(state: State, dirty: Set<string>, unit: Unit, key: string): void {
  if (state.kept.get(unit.id)?.values.delete(key)) dirty.add(unit.id);
}

function noteLeftOut(state: State, key: string, { leftOut, note }: KeyPlace): void {
  if (leftOut === 'unsupported' && note) state.leftOut.set(key, note);
}
