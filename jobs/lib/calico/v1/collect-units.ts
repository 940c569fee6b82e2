import { placeKey } from './place.ts';
import { CLUSTER_INFORMATION } from './place-unit.ts';
import type { LeftOut, Unit, UnitNote, UnitValues } from './unit.ts';
import { sortUnits } from './unit-order.ts';

/** A unit with its values, in the order of their keys. */
export interface CollectedUnit {
  readonly unit: Unit;
  readonly values: UnitValues;
}

/** Keys that are not carried over for the same reason, sorted. */
export interface LeftOutKeys {
  readonly leftOut: LeftOut;
  /** Where the operator has to know. */
  readonly note?: string;
  readonly keys: readonly string[];
}

/** Everything in etcd v2: each key is in a unit or left out. */
export interface CollectedUnits {
  /** In the order in which the original comes to them. */
  readonly units: readonly CollectedUnit[];
  readonly leftOut: readonly LeftOutKeys[];
}

/** How many keys a note names. */
const NAMED = 5;

/** Sorts keys of etcd v2 into units. The ClusterInformation is there without any key. */
export function collectUnits(entries: Iterable<readonly [key: string, value: string]>): CollectedUnits {
  const units = new Map<string, { readonly unit: Unit; values: Map<string, string> }>();
  const leftOut = new Map<
    string,
    { readonly leftOut: LeftOut; readonly note?: string; readonly keys: string[] }
  >();
  const add = (unit: Unit, key: string, value: string) => {
    const known = units.get(unit.id);
    if (known) known.values.set(key, value);
    else units.set(unit.id, { unit, values: new Map([[key, value]]) });
  };
  units.set(CLUSTER_INFORMATION.id, { unit: CLUSTER_INFORMATION, values: new Map() });
  for (const [key, value] of entries) {
    const place = placeKey(key);
    if (place.unit) add(place.unit, key, value);
    if (place.node) add(place.node, place.node.id, '');
    if (place.leftOut) {
      const id = `${place.leftOut} ${place.note ?? ''}`;
      const { note } = place;
      const group = leftOut.get(id) ?? { leftOut: place.leftOut, keys: [], ...(note && { note }) };
      group.keys.push(key);
      leftOut.set(id, group);
    }
  }
  return { units: sortUnits(units.values()).map(sortedValues), leftOut: sortedGroups(leftOut.values()) };
}

/** A note for each reason that the operator has to know, which names some of the keys. */
export function leftOutNotes(leftOut: readonly LeftOutKeys[]): readonly UnitNote[] {
  return leftOut.flatMap(({ note, keys }) => {
    const [first] = keys;
    if (note === undefined || first === undefined) return [];
    return [{ object: first, key: first, reason: note + othersText(keys.slice(1)) }];
  });
}

function othersText(keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const named = keys.slice(0, NAMED).join(', ');
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return `; the same is true of ${named}${more}`;
}

function sortedValues({ unit, values }: CollectedUnit): CollectedUnit {
  if (values.size < 2) return { unit, values };
  return { unit, values: new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function sortedGroups(groups: Iterable<LeftOutKeys>): readonly LeftOutKeys[] {
  const sorted = Array.from(groups, group => ({ ...group, keys: [...new Set(group.keys)].sort() }));
  return sorted.sort((a, b) => ((a.keys[0] ?? '') < (b.keys[0] ?? '') ? -1 : 1));
}
