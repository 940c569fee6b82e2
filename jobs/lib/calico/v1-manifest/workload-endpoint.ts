import { isRecord } from '../../kubernetes/object.ts';
import { type JsonObject, type JsonSource, struct } from '../v1/json-fields.ts';
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

const metadataStruct = struct('name', 'workload', 'orchestrator', 'node', 'activeInstanceID', 'labels');
type MetadataField = (typeof metadataStruct.fields)[number];
const readMetadata = manifestObject(metadataStruct);
const specStruct = struct(
  'ipNetworks',
  'ipNATs',
  'ipv4Gateway',
  'ipv6Gateway',
  'profiles',
  'interfaceName',
  'mac',
  'ports',
);
type SpecField = (typeof specStruct.fields)[number];
const readSpec = manifestObject(specStruct);
const readNat = manifestObject(struct('internalIP', 'externalIP'));

const METADATA_TABLE: FieldTable<MetadataField> = [
  ['active_instance_id', 'activeInstanceID', readText],
  ['labels', 'labels', readTextMap],
];
const SPEC_TABLE: FieldTable<SpecField> = [
  ['name', 'interfaceName', readText],
  ['mac', 'mac', readAnything],
  ['profile_ids', 'profiles', readTexts],
  ['ipv4_gateway', 'ipv4Gateway', readAnything],
  ['ipv6_gateway', 'ipv6Gateway', readAnything],
  ['ports', 'ports', readPorts],
];

/** Reads a `workloadEndpoint` of v1. */
export const readWorkloadEndpoint: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const identity = metadata && readIdentity(metadata, source);
  if (metadata === undefined || spec === undefined) return undefined;
  const origins: Origins = new Map();
  const value = {
    state: 'active',
    ...storedNetworks(spec, origins),
    ...storedNats(spec, origins),
    ...storedFields(metadata, METADATA_TABLE, origins),
    ...storedFields(spec, SPEC_TABLE, origins),
  };
  if (identity === undefined) return undefined;
  const { host, orchestrator, workload, name } = identity;
  for (const [v3, v1] of identityOrigins(orchestrator)) origins.set(v3, v1);
  const text = `WorkloadEndpoint(node=${host}, orchestrator=${orchestrator}, workload=${workload}, name=${name})`;
  const path = [orchestrator, workload, 'endpoint', name].map(escapeSegment).join('/');
  const unit = { kind: 'WorkloadEndpoint', name: text, parts: identity } as const;
  return oneKeyForm(unit, `/calico/v1/host/${host}/workload/${path}`, value, origins);
};

function readIdentity(metadata: JsonObject<MetadataField>, source: JsonSource) {
  const host = requiredText(metadata, 'node', source);
  const orchestrator = requiredText(metadata, 'orchestrator', source);
  const workload = requiredText(metadata, 'workload', source);
  const name = requiredText(metadata, 'name', source);
  if (host === undefined || orchestrator === undefined || workload === undefined || name === undefined)
    return undefined;
  return { host, orchestrator, workload, name };
}

/** What is metadata in v1 and spec in v3. */
const identityOrigins = (orchestrator: string): readonly (readonly [v3: string, v1: string])[] => [
  ['metadata.namespace', 'metadata.workload'],
  ['spec.node', 'metadata.node'],
  ['spec.orchestrator', 'metadata.orchestrator'],
  ['spec.workload', 'metadata.workload'],
  ['spec.pod', 'metadata.workload'],
  ['spec.containerID', orchestrator === 'k8s' ? 'metadata.activeInstanceID' : 'metadata.workload'],
  ['spec.endpoint', 'metadata.name'],
];

function storedNetworks(spec: JsonObject<SpecField>, origins: Origins) {
  const lists = { ipv4: 'ipv4_nets', ipv6: 'ipv6_nets' };
  const networks = spec.get('ipNetworks', listOf(readAnything)) ?? [];
  const { ipv4, ipv6 } = partFamilies(networks, network => network, spec.at('ipNetworks'), lists, origins);
  return { [lists.ipv4]: ipv4, [lists.ipv6]: ipv6 };
}

/** NAT is of the IP version of the address inside. */
function storedNats(spec: JsonObject<SpecField>, origins: Origins) {
  const lists = { ipv4: 'ipv4_nat', ipv6: 'ipv6_nat' };
  const path = spec.at('ipNATs');
  const nats = spec.get(
    'ipNATs',
    listOf((value, at, source) => {
      const nat = readNat(value, at, source);
      return nat && storedFields(nat, NAT_TABLE, new Map());
    }),
  );
  const inside = (nat: unknown) => (isRecord(nat) ? nat.int_ip : undefined);
  const { ipv4, ipv6 } = partFamilies(nats ?? [], inside, path, lists, origins);
  for (const [stored, origin] of [...origins].filter(([stored]) => /^ipv[46]_nat\[/.test(stored))) {
    origins.set(`${stored}.int_ip`, `${origin}.internalIP`);
    origins.set(`${stored}.ext_ip`, `${origin}.externalIP`);
  }
  return { [lists.ipv4]: ipv4, [lists.ipv6]: ipv6 };
}

const NAT_TABLE: FieldTable<'internalIP' | 'externalIP'> = [
  ['int_ip', 'internalIP', readAnything],
  ['ext_ip', 'externalIP', readAnything],
];
