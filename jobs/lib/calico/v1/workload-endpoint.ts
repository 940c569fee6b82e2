import { V1_NAMESPACE_LABEL, V3_NAMESPACE_LABEL } from '../selector-conversion.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import { resourceKey } from '../v3/storage.ts';
import { type IpNat, type WorkloadEndpointSpec, workloadEndpointProblems } from '../v3/workload-endpoint.ts';
import { addConversionError, type Findings, findingsOf, isConverted } from './findings.ts';
import { type JsonObject, objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { listOf, readIp, readNetwork, readString, readStringMap, readStrings } from './json-readers.ts';
import { readMac } from './mac-address.ts';
import { convertName, convertNodeName, convertProfileName } from './names.ts';
import { readEndpointPort } from './ports.ts';
import type { Unit, UnitResult, UnitValues, V3Entry } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted, validated } from './unit-result.ts';
import { type WorkloadIdentity, workloadIdentity } from './workload-identity.ts';

const endpointStruct = struct(
  'state',
  'name',
  'active_instance_id',
  'mac',
  'profile_ids',
  'ipv4_nets',
  'ipv6_nets',
  'ipv4_nat',
  'ipv6_nat',
  'labels',
  'ipv4_gateway',
  'ipv6_gateway',
  'ports',
);
type EndpointField = (typeof endpointStruct.fields)[number];
const readEndpoint = objectOf(endpointStruct);
const readNatFields = objectOf(struct('int_ip', 'ext_ip'));

/** The fields of the spec that do not come from the key. */
type EndpointFields = Omit<WorkloadEndpointSpec, keyof WorkloadIdentity['owner']>;

/** A workload endpoint to a WorkloadEndpoint (conversion reference, section 3.8). */
export function convertWorkloadEndpoint(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const endpoint = readJson({ found, key }, text, readEndpoint);
  if (endpoint === undefined) return unconverted(found);
  noteUnknownFields(found, key, endpoint.unknown);
  const identity = identityOf(found, key, unit, endpoint);
  const labels = v3Labels(endpoint.get('labels', readStringMap));
  const fields = endpointFields(endpoint);
  if (identity === undefined || !isConverted(found)) return unconverted(found);
  const { name, namespace, owner } = identity;
  const spec: WorkloadEndpointSpec = { ...owner, ...fields };
  const metadata = { name, ...(namespace !== '' && { namespace }), ...(labels && { labels }) };
  const entry: V3Entry = {
    key: resourceKey('workloadendpoints', name, namespace),
    value: { kind: 'WorkloadEndpoint', apiVersion: 'projectcalico.org/v3', metadata, spec },
  };
  const problems = [...namespaceProblems(namespace), ...workloadEndpointProblems(name, labels, spec)];
  return validated(found, key, `WorkloadEndpoint(${namespace}/${name})`, entry, problems);
}

/** What the endpoint belongs to, and its name. `undefined` if it cannot have one, which is recorded. */
function identityOf(
  found: Findings,
  key: string,
  unit: Unit,
  endpoint: JsonObject<EndpointField>,
): WorkloadIdentity | undefined {
  const { host = '', orchestrator = '', workload = '', name = '' } = unit.parts;
  const identity = workloadIdentity(
    { node: convertNodeName(host), orchestrator, workload, endpoint: convertName(name) },
    endpoint.get('active_instance_id', readString) ?? '',
  );
  if (!('problems' in identity)) return identity;
  for (const problem of identity.problems) addConversionError(found, key, problem);
  return undefined;
}

function endpointFields(endpoint: JsonObject<EndpointField>): EndpointFields {
  const ipNetworks = joined(endpoint, 'ipv4_nets', 'ipv6_nets', readNetworks);
  const ipNATs = joined(endpoint, 'ipv4_nat', 'ipv6_nat', readNats);
  const ipv4Gateway = endpoint.get('ipv4_gateway', readIp);
  const ipv6Gateway = endpoint.get('ipv6_gateway', readIp);
  const profiles = endpoint.get('profile_ids', readStrings)?.map(convertProfileName);
  const interfaceName = endpoint.get('name', readString);
  const mac = endpoint.get('mac', readMac);
  const ports = endpoint.get('ports', readPorts);
  return {
    ...(ipNetworks.length > 0 && { ipNetworks }),
    ...(ipNATs.length > 0 && { ipNATs }),
    ...(ipv4Gateway !== undefined && { ipv4Gateway }),
    ...(ipv6Gateway !== undefined && { ipv6Gateway }),
    ...(profiles?.length && { profiles }),
    ...(interfaceName && { interfaceName }),
    ...(mac !== undefined && { mac }),
    ...(ports?.length && { ports }),
  };
}

/** The list for IPv4, and the one for IPv6 after it. */
function joined<T>(
  endpoint: JsonObject<EndpointField>,
  ipv4: EndpointField,
  ipv6: EndpointField,
  read: Read<T[]>,
): T[] {
  return [...(endpoint.get(ipv4, read) ?? []), ...(endpoint.get(ipv6, read) ?? [])];
}

const readNetworks = listOf(readNetwork);
const readPorts = listOf(readEndpointPort);

const readNats: Read<IpNat[]> = listOf((value, path, source) => {
  const nat = readNatFields(value, path, source);
  if (nat === undefined) return undefined;
  for (const field of ['int_ip', 'ext_ip'] as const) {
    if (!nat.has(field)) wrong(source, nat.at(field), undefined, 'an IP address');
  }
  const internalIP = nat.get('int_ip', readIp);
  const externalIP = nat.get('ext_ip', readIp);
  return internalIP === undefined || externalIP === undefined ? undefined : { internalIP, externalIP };
});

/** The label with the namespace has another name in v3. */
function v3Labels(labels: Readonly<Record<string, string>> | undefined): typeof labels {
  if (labels === undefined || !Object.hasOwn(labels, V1_NAMESPACE_LABEL)) return labels;
  const { [V1_NAMESPACE_LABEL]: namespace = '', ...others } = labels;
  return { ...others, [V3_NAMESPACE_LABEL]: namespace };
}

/** The namespace is a part of the key in etcd v3, where names are not escaped. */
function namespaceProblems(namespace: string): FieldProblem[] {
  if (!namespace.includes('/')) return [];
  return [
    {
      field: 'metadata.namespace',
      reason: `is '${namespace}', expected no '/'`,
      fix: 'Delete the endpoint in etcd v2: Kubernetes has no namespace of this name',
    },
  ];
}
