import type { JsonObject, Read } from '../v1/json-fields.ts';
import { struct, wrong } from '../v1/json-fields.ts';
import { readBoolean } from '../v1/json-readers.ts';
import { readCidr } from '../v1/read-cidr.ts';
import type { Origins } from './origins.ts';
import { manifestObject, missing, partOf, readAnything } from './reading.ts';
import { type FieldTable, oneKeyForm, type ReadKind, storedFields } from './stored-form.ts';

const readMetadata = manifestObject(struct('cidr'));
const specStruct = struct('ipip', 'nat-outgoing', 'disabled');
type SpecField = (typeof specStruct.fields)[number];
const readSpec = manifestObject(specStruct);
const readIpip = manifestObject(struct('enabled', 'mode'));

const SPEC_TABLE: FieldTable<SpecField> = [
  ['masquerade', 'nat-outgoing', readAnything],
  ['disabled', 'disabled', readAnything],
];

/** Reads an `ipPool` of v1. */
export const readIpPool: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  if (metadata === undefined || spec === undefined) return undefined;
  if (!metadata.has('cidr')) missing(source, metadata.at('cidr'), 'a network such as 10.64.0.0/16');
  const cidr = metadata.get('cidr', readCidr);
  const origins: Origins = new Map([
    ['cidr', 'metadata.cidr'],
    ['metadata.name', 'metadata.cidr'],
    ['spec.cidr', 'metadata.cidr'],
    ['spec.ipipMode', 'spec.ipip.enabled'],
  ]);
  const value = { ...storedIpip(spec), ...storedFields(spec, SPEC_TABLE, origins) };
  if (cidr === undefined) return undefined;
  const network = cidr.text.replace('/', '-');
  const unit = { kind: 'IPPool', name: `IPPool(cidr=${cidr.text})`, parts: { network } } as const;
  const key = `/calico/v1/ipam/v${cidr.version}/pool/${network}`;
  return oneKeyForm(unit, key, { cidr: cidr.text, ...value }, origins);
};

/** Stored are the device of the tunnel, and the mode whether it is in use or not. */
function storedIpip(spec: JsonObject<SpecField>) {
  const ipip = spec.get('ipip', readIpip);
  const enabled = ipip?.get('enabled', readBoolean) ?? false;
  return { ipip: enabled ? 'tunl0' : '', ipip_mode: ipip?.get('mode', readMode) ?? '' };
}

const readMode: Read<string> = (value, path, source) => {
  if (value === '' || value === 'always' || value === 'cross-subnet') return value;
  return wrong(source, path, value, 'always or cross-subnet', 'Write always or cross-subnet');
};
