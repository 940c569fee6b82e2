import { type HostEndpointSpec, hostEndpointProblems } from '../v3/host-endpoint.ts';
import { clusterEntry } from '../v3/storage.ts';
import { findingsOf, isConverted } from './findings.ts';
import { type JsonObject, objectOf, type Read, readJson, struct } from './json-fields.ts';
import { listOf, readIp, readString, readStringMap, readStrings } from './json-readers.ts';
import { convertName, convertNodeName, convertProfileName } from './names.ts';
import { readEndpointPort } from './ports.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted, validated } from './unit-result.ts';

const endpointStruct = struct(
  'name',
  'expected_ipv4_addrs',
  'expected_ipv6_addrs',
  'labels',
  'profile_ids',
  'ports',
);
type EndpointField = (typeof endpointStruct.fields)[number];
const readEndpoint = objectOf(endpointStruct);

/** A host endpoint to a HostEndpoint (conversion reference, section 3.5). */
export function convertHostEndpoint(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const endpoint = readJson({ found, key }, text, readEndpoint);
  if (endpoint === undefined) return unconverted(found);
  noteUnknownFields(found, key, endpoint.unknown);
  const { host = '', name: id = '' } = unit.parts;
  const node = convertNodeName(host);
  const labels = endpoint.get('labels', readStringMap);
  const spec = endpointSpec(node, endpoint);
  if (!isConverted(found)) return unconverted(found);
  const name = convertName(`${node}.${id}`);
  const entry = clusterEntry('HostEndpoint', 'hostendpoints', { name, ...(labels && { labels }) }, spec);
  return validated(found, key, `HostEndpoint(${name})`, entry, hostEndpointProblems(name, labels, spec));
}

function endpointSpec(node: string, endpoint: JsonObject<EndpointField>): HostEndpointSpec {
  const interfaceName = endpoint.get('name', readString);
  const expectedIPs = [
    ...(endpoint.get('expected_ipv4_addrs', readAddresses) ?? []),
    ...(endpoint.get('expected_ipv6_addrs', readAddresses) ?? []),
  ];
  const profiles = endpoint.get('profile_ids', readStrings)?.map(convertProfileName);
  const ports = endpoint.get('ports', listOf(readEndpointPort));
  return {
    node,
    ...(interfaceName && { interfaceName }),
    ...(expectedIPs.length > 0 && { expectedIPs }),
    ...(profiles?.length && { profiles }),
    ...(ports?.length && { ports }),
  };
}

/** Go reads the empty text as no address, which only v3 refuses. */
const readAddresses: Read<string[]> = listOf((value, path, source) =>
  value === '' ? '' : readIp(value, path, source),
);
