import { convertUnit } from '../lib/calico/v1/convert-unit.ts';
import { placeKey } from '../lib/calico/v1/place.ts';
import type { Unit, UnitKind } from '../lib/calico/v1/unit.ts';
import { sameMeaning } from '../lib/calico/v3/same-meaning.ts';
import { storedText } from '../lib/calico/v3/storage.ts';
import type { EtcdV2, V2Node } from '../lib/etcd/v2.ts';
import { getEntries } from '../lib/etcd/v3-get.ts';
import type { Stores } from '../lib/run/stores.ts';
import type { Scan } from './scan.ts';

/** What every calico/node writes when it starts, one of 2.6 too that was rolled late: 3.0 has its own. */
const WRITTEN_BY_NODES: ReadonlySet<UnitKind> = new Set(['Node', 'ClusterInformation']);

/** sameMeaning looks at neither. */
const IDENTITY = { uid: '', creationTimestamp: '' };

/** Whether a key is one of an object that is carried over, and changed after the copy was finished. */
export function isLate({ key, modifiedIndex }: V2Node, sourceIndex: number): boolean {
  const { unit } = modifiedIndex > sourceIndex ? placeKey(key) : {};
  return unit !== undefined && !WRITTEN_BY_NODES.has(unit.kind);
}

/** Objects of v1 that changed after the copy and are not in etcd v3 as they are now, a line each. */
export async function missingInV3(
  { v2, v3 }: Stores,
  scan: Scan,
  late: readonly V2Node[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const known = new Map(late.map(({ key, value }) => [key, value]));
  const units = new Map(late.flatMap(({ key }) => placeKey(key).unit ?? []).map(unit => [unit.id, unit]));
  const members = membersOf(scan, units);
  const lines: string[] = [];
  const wanted = new Map<string, Wanted>();
  for (const unit of units.values()) {
    const values = await valuesOf(v2, members.get(unit.id) ?? [], known, signal);
    const { entry, problems } = convertUnit(unit, values);
    const [problem] = problems;
    if (problem) lines.push(`${unit.name}: cannot be converted (${problem.key}: ${problem.reason})`);
    else if (entry) wanted.set(entry.key, { unit, text: storedText(entry.value, IDENTITY) });
  }
  const found = await getEntries(v3.connection, wanted.keys(), signal);
  const differences = [...wanted].flatMap(([key, { unit, text }]) =>
    difference(unit, key, text, found.get(key)?.value.toString()),
  );
  return [...lines, ...differences];
}

interface Wanted {
  readonly unit: Unit;
  /** In etcd v3. */
  readonly text: string;
}

async function valuesOf(
  v2: EtcdV2,
  keys: readonly string[],
  known: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const key of keys) {
    const value = known.get(key) ?? (await v2.get(key, signal))?.value;
    if (value !== undefined) values.set(key, value);
  }
  return values;
}

function difference(unit: Unit, key: string, text: string, found: string | undefined): readonly string[] {
  if (found === undefined) return [`${unit.name}: not in etcd v3 (${key})`];
  return found === text || sameMeaning(found, text) ? [] : [`${unit.name}: differs from ${key} of etcd v3`];
}

/** The keys of each unit. */
function membersOf(scan: Scan, units: ReadonlyMap<string, Unit>): ReadonlyMap<string, readonly string[]> {
  const members = new Map([...units.keys()].map(id => [id, [] as string[]]));
  if (members.size === 0) return members;
  for (const key of scan.keys.keys()) members.get(placeKey(key).unit?.id ?? '')?.push(key);
  return members;
}
