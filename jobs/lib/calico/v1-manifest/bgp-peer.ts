import { type JsonObject, type JsonSource, type Read, struct, wrong } from '../v1/json-fields.ts';
import { readIp } from '../v1/json-readers.ts';
import { readAsNumber } from './as-number.ts';
import type { Origins } from './origins.ts';
import { manifestObject, missing, partOf, readText, requiredText } from './reading.ts';
import { oneKeyForm, type ReadKind } from './stored-form.ts';

const metadataStruct = struct('scope', 'node', 'peerIP');
type MetadataField = (typeof metadataStruct.fields)[number];
const readMetadata = manifestObject(metadataStruct);
const readSpec = manifestObject(struct('asNumber'));

/** Reads a `bgpPeer` of v1, of all nodes or of one. */
export const readBgpPeer: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const owner = metadata && readOwner(metadata, source);
  const address = metadata && required(metadata, 'peerIP', readIp, 'the IP address of the peer', source);
  const asNumber = spec && required(spec, 'asNumber', readAsNumber, 'an AS number', source);
  if (owner === undefined || address === undefined || asNumber === undefined) return undefined;
  const origins: Origins = new Map([
    ['metadata.name', owner.host === undefined ? 'metadata.peerIP' : 'metadata.node'],
    ['spec.node', 'metadata.node'],
    ['spec.peerIP', 'metadata.peerIP'],
  ]);
  const value = { ip: address, as_num: String(asNumber) };
  const peer = `peer_v${address.includes(':') ? 6 : 4}/${address}`;
  const { host } = owner;
  if (host === undefined) {
    const unit = {
      kind: 'GlobalBGPPeer',
      name: `BGPPeer(global, ip=${address})`,
      parts: { address },
    } as const;
    return oneKeyForm(unit, `/calico/bgp/v1/global/${peer}`, value, origins);
  }
  const name = `BGPPeer(node=${host}, ip=${address})`;
  const unit = { kind: 'NodeBGPPeer', name, parts: { host, address } } as const;
  return oneKeyForm(unit, `/calico/bgp/v1/host/${host}/${peer}`, value, origins);
};

/** The node that has the peer, or no `host` where all have it. */
function readOwner(
  metadata: JsonObject<MetadataField>,
  source: JsonSource,
): { readonly host?: string } | undefined {
  const scope = required(metadata, 'scope', readScope, 'global or node', source);
  if (scope === 'node') {
    const host = requiredText(metadata, 'node', source);
    return host === undefined ? undefined : { host };
  }
  const node = metadata.get('node', readText);
  if (scope === 'global' && node) {
    return wrong(
      source,
      metadata.at('node'),
      node,
      'nothing where metadata.scope is global',
      'Remove the node, or write the scope node',
    );
  }
  return scope && {};
}

const readScope: Read<'global' | 'node'> = (value, path, source) =>
  value === 'global' || value === 'node'
    ? value
    : wrong(source, path, value, 'global or node', 'Write global or node');

function required<Field extends string, T>(
  object: JsonObject<Field>,
  field: Field,
  read: Read<T>,
  expected: string,
  source: JsonSource,
): T | undefined {
  return object.has(field) ? object.get(field, read) : missing(source, object.at(field), expected);
}
