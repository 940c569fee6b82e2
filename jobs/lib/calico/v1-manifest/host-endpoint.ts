import { struct } from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import { escapeSegment } from '../v1/names.ts';
import { partFamilies, readPorts } from './endpoint-parts.ts';
import type { Origins } from './origins.ts';
import {
  manifestObject,
  partOf,
  readAnything,
  readText,
  readTextMap,
  readTexts,
  requiredText,
} from './reading.ts';
import { type FieldTable, oneKeyForm, type ReadKind, storedFields } from './stored-form.ts';

const readMetadata = manifestObject(struct('name', 'node', 'labels'));
const specStruct = struct('interfaceName', 'expectedIPs', 'profiles', 'ports');
const readSpec = manifestObject(specStruct);

const SPEC_TABLE: FieldTable<(typeof specStruct.fields)[number]> = [
  ['name', 'interfaceName', readText],
  ['profile_ids', 'profiles', readTexts],
  ['ports', 'ports', readPorts],
];

/** Reads a `hostEndpoint` of v1. */
export const readHostEndpoint: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const name = metadata && requiredText(metadata, 'name', source);
  const host = metadata && requiredText(metadata, 'node', source);
  if (metadata === undefined || spec === undefined) return undefined;
  const origins: Origins = new Map([['spec.node', 'metadata.node']]);
  const lists = { ipv4: 'expected_ipv4_addrs', ipv6: 'expected_ipv6_addrs' };
  const expected = spec.get('expectedIPs', listOf(readAnything)) ?? [];
  const { ipv4, ipv6 } = partFamilies(expected, address => address, spec.at('expectedIPs'), lists, origins);
  const value = {
    [lists.ipv4]: ipv4,
    [lists.ipv6]: ipv6,
    ...storedFields(metadata, [['labels', 'labels', readTextMap]], origins),
    ...storedFields(spec, SPEC_TABLE, origins),
  };
  if (name === undefined || host === undefined) return undefined;
  const unit = {
    kind: 'HostEndpoint',
    name: `HostEndpoint(node=${host}, name=${name})`,
    parts: { host, name },
  } as const;
  return oneKeyForm(unit, `/calico/v1/host/${host}/endpoint/${escapeSegment(name)}`, value, origins);
};
