import { goText } from '../v3/go-text.ts';
import { addNote, type Findings, findingsOf } from './findings.ts';
import { ipamNode, noteHidden } from './ipam-host.ts';
import { ipamNetwork } from './ipam-network.ts';
import { type JsonSource, objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { listOf, readBoolean, readInteger, readString, readStringMap } from './json-readers.ts';
import { convertNodeName } from './names.ts';
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

const ATTRIBUTE = objectOf(struct('handle_id', 'secondary'));
type Attribute = NonNullable<ReturnType<typeof ATTRIBUTE>>;

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
  const maps = new Set<unknown>();
  const attributes = block.get('attributes', listOf(ATTRIBUTE));
  const stored = {
    cidr,
    affinity: readAffinity(block, found, key),
    strictAffinity: block.get('strictAffinity', readBoolean) ?? false,
    allocations: block.get('allocations', readAllocations) ?? null,
    unallocated: block.get('unallocated', listOf(readInteger)) ?? null,
    attributes: attributes?.map(attribute => readAttribute(attribute, found, key, maps)) ?? null,
    deleted: block.get('deleted', readBoolean) ?? false,
  };
  return goText(stored, maps);
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
const readAllocations: Read<(number | null)[]> = (value, path, source) => {
  if (!Array.isArray(value)) return wrong(source, path, value, 'a list');
  return value.map((item, index) =>
    item === null ? null : (readInteger(item, `${path}[${index}]`, source) ?? null),
  );
};

function readAttribute(attribute: Attribute, found: Findings, key: string, maps: Set<unknown>) {
  const handle = attribute.get('handle_id', readString) ?? null;
  if (handle !== null) noteHidden(found, key, 'the handle', handle);
  const given = attribute.get('secondary', readStringMap);
  if (given === undefined) return { handle_id: handle, secondary: null };
  const node = given.node === undefined ? '' : convertNodeName(given.node);
  const secondary = node === '' ? given : { ...given, node };
  maps.add(secondary);
  return { handle_id: handle, secondary };
}
