import { isRecord } from '../../kubernetes/object.ts';
import { goText } from '../v3/go-text.ts';
import { findingsOf } from './findings.ts';
import { ipamNode } from './ipam-host.ts';
import { ipamNetwork } from './ipam-network.ts';
import { objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { readBoolean, readInteger, readString } from './json-readers.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted } from './unit-result.ts';

const AFFINITY = objectOf(struct('state', 'deleted'));
const HANDLE = objectOf(struct('block', 'deleted'));
const CONFIG = objectOf(struct('strict_affinity', 'auto_allocate_blocks'));

/** That a block belongs to a host, under the key of the converted node (conversion reference, section 3.11). */
export function convertBlockAffinity(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const network = ipamNetwork(found, key, unit.parts.network ?? '');
  const node = ipamNode(found, key, '', unit.parts.host ?? '');
  const affinity = readJson({ found, key }, text === '' ? '{}' : text, AFFINITY);
  const state = affinity?.get('state', readString) ?? '';
  const deleted = affinity?.get('deleted', readBoolean) ?? false;
  noteUnknownFields(found, key, affinity?.unknown ?? []);
  if (network === undefined || found.problems.length > 0) return unconverted(found);
  const v3Key = `/calico/ipam/v2/host/${node}/ipv${network.version}/block/${network.segment}`;
  return { entry: { key: v3Key, value: goText({ state, deleted }) }, problems: [], notes: found.notes };
}

/** Which addresses a handle has in which blocks, under the same key. */
export function convertIpamHandle(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const handle = readJson({ found, key }, text, HANDLE);
  if (handle === undefined) return unconverted(found);
  noteUnknownFields(found, key, handle.unknown);
  const block = handle.get('block', readCounts) ?? null;
  const deleted = handle.get('deleted', readBoolean) ?? false;
  if (found.problems.length > 0) return unconverted(found);
  const value = goText({ block, deleted }, new Set([block]));
  return { entry: { key, value }, problems: [], notes: found.notes };
}

/** How IPAM hands out blocks, strict affinity above all; the original forgets it. */
export function convertIpamConfig(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const config = readJson({ found, key }, text, CONFIG);
  if (config === undefined) return unconverted(found);
  noteUnknownFields(found, key, config.unknown);
  const value = goText({
    strict_affinity: config.get('strict_affinity', readBoolean),
    auto_allocate_blocks: config.get('auto_allocate_blocks', readBoolean),
  });
  if (found.problems.length > 0) return unconverted(found);
  return { entry: { key, value }, problems: [], notes: found.notes };
}

/** Numbers of addresses by block; a null is 0, as for Go. */
const readCounts: Read<Readonly<Record<string, unknown>>> = (value, path, source) => {
  if (!isRecord(value)) return wrong(source, path, value, 'a JSON object');
  if (Object.values(value).every(Number.isSafeInteger)) return value;
  const entries = Object.entries(value).map(([block, count]) => {
    const read = count === null ? 0 : readInteger(count, `${path}["${block}"]`, source);
    return [block, read] as const;
  });
  return Object.fromEntries(entries);
};
