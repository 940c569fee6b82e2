import { goText } from '../v3/go-text.ts';
import { addNote, type Findings, findingsOf } from './findings.ts';
import { readAttributes } from './ipam-attributes.ts';
import { ipamNode, noteHidden } from './ipam-host.ts';
import { ipamNetwork } from './ipam-network.ts';
import { type JsonSource, objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { listOf, readBoolean, readInteger, readString } from './json-readers.ts';
import { readCidr } from './read-cidr.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted } from './unit-result.ts';

const BLOCK = objectOf(
  struct(
    'cidr',
    'affinity',
    'strictAffinity',
    'allocations',
    'unallocated',
    'attributes',
    'deleted',
    'hostAffinity',
  ),
);
type Block = NonNullable<ReturnType<typeof BLOCK>>;

/** A block of addresses, under the same key, its node names converted (conversion reference, section 3.11). */
export function convertIpamBlock(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const network = ipamNetwork(found, key, unit.parts.network ?? '');
  const source = { found, key };
  const block = readJson(source, text, BLOCK);
  if (block === undefined) return unconverted(found);
  const value = blockText(block, source, network?.text);
  if (network === undefined || found.problems.length > 0) return unconverted(found);
  const entry = { key: `/calico/ipam/v2/assignment/ipv${network.version}/block/${network.segment}`, value };
  return { entry, problems: [], notes: found.notes };
}

function blockText(block: Block, source: JsonSource, expected: string | undefined): string {
  const { found, key } = source;
  noteUnknownFields(found, key, block.unknown);
  const cidr = block.get('cidr', readCidr)?.text;
  if (!block.has('cidr')) wrong(source, block.at('cidr'), undefined, 'the network of the block');
  if (cidr !== undefined && expected !== undefined && cidr !== expected) {
    addNote(found, key, `holds the block ${cidr}, which is not that of the key; it is carried over as it is`);
  }
  const attributes = block.get('attributes', readAttributes) ?? null;
  for (const attribute of attributes ?? []) noteHidden(found, key, 'the handle', attribute.handle_id ?? '');
  const stored = {
    cidr,
    affinity: readAffinity(block, found, key),
    strictAffinity: block.get('strictAffinity', readBoolean) ?? false,
    allocations: block.get('allocations', readAllocations) ?? null,
    unallocated: block.get('unallocated', readUnallocated) ?? null,
    attributes,
    deleted: block.get('deleted', readBoolean) ?? false,
  };
  return goText(stored, new Set(attributes?.map(({ secondary }) => secondary)));
}

/** `hostAffinity`, of old blocks, counts where there is no `affinity`. */
function readAffinity(block: Block, found: Findings, key: string): string | null {
  const old = block.get('hostAffinity', readString);
  const affinity = block.get('affinity', readString) ?? (old === undefined ? undefined : `host:${old}`);
  if (affinity === undefined) return null;
  if (!affinity.startsWith('host:')) return affinity;
  return `host:${ipamNode(found, key, block.at('affinity'), affinity.slice('host:'.length))}`;
}

/** For each address the index of its attributes, or null. */
const readAllocations: Read<readonly (number | null)[]> = (value, path, source) => {
  if (!Array.isArray(value)) return wrong(source, path, value, 'a list');
  if (value.every(item => item === null || Number.isSafeInteger(item))) return value;
  return value.map((item, index) =>
    item === null ? null : (readInteger(item, `${path}[${index}]`, source) ?? null),
  );
};

/** The addresses that are free, in the order in which they are handed out. */
const readUnallocated: Read<readonly number[]> = (value, path, source) =>
  Array.isArray(value) && value.every(item => Number.isSafeInteger(item))
    ? value
    : listOf(readInteger)(value, path, source);
