import type { FieldProblem } from './field-problem.ts';
import { interfaceProblems } from './interface-name.ts';
import { labelProblems } from './metadata.ts';
import { nameProblems, referenceProblems } from './names.ts';
import { type EndpointPort, endpointPortProblems } from './ports.ts';

/** The spec of a WorkloadEndpoint, its fields in the order in which Go writes them. Addresses are canonical. */
export type WorkloadEndpointSpec = {
  readonly orchestrator: string;
  readonly workload?: string;
  readonly node: string;
  readonly containerID?: string;
  readonly pod?: string;
  readonly endpoint: string;
  readonly ipNetworks?: readonly string[];
  readonly ipNATs?: readonly IpNat[];
  readonly ipv4Gateway?: string;
  readonly ipv6Gateway?: string;
  readonly profiles?: readonly string[];
  readonly interfaceName?: string;
  readonly mac?: string;
  readonly ports?: readonly EndpointPort[];
};

export type IpNat = {
  readonly internalIP: string;
  readonly externalIP: string;
};

const CONTAINER_ID = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;

/** What Calico v3 would refuse of a workload endpoint (conversion reference, section 6). */
export function workloadEndpointProblems(
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
  spec: WorkloadEndpointSpec,
): FieldProblem[] {
  const problems = [
    ...nameProblems('metadata.name', name),
    ...labelProblems('metadata.labels', labels),
    ...interfaceProblems('spec.interfaceName', spec.interfaceName ?? ''),
  ];
  for (const field of ['orchestrator', 'workload', 'node', 'pod', 'endpoint'] as const) {
    const reference = spec[field];
    if (reference !== undefined) problems.push(...referenceProblems(`spec.${field}`, reference));
  }
  problems.push(...containerProblems(spec), ...networkProblems(spec), ...gatewayProblems(spec));
  spec.ipNATs?.forEach((nat, i) => {
    problems.push(...natProblems(`spec.ipNATs[${i}]`, nat, spec.ipNetworks ?? []));
  });
  spec.profiles?.forEach((profile, i) => {
    problems.push(...referenceProblems(`spec.profiles[${i}]`, profile));
  });
  spec.ports?.forEach((port, i) => {
    problems.push(...endpointPortProblems(`spec.ports[${i}]`, port));
  });
  return problems;
}

function containerProblems({ containerID }: WorkloadEndpointSpec): FieldProblem[] {
  if (containerID === undefined || CONTAINER_ID.test(containerID)) return [];
  return [
    {
      field: 'spec.containerID',
      reason: `is '${containerID}', expected letters, digits and '-', with a letter or digit at both ends`,
      fix: 'Delete the endpoint in etcd v2 if its container is gone, or create the container again',
    },
  ];
}

function networkProblems({ ipNetworks = [] }: WorkloadEndpointSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [index, network] of ipNetworks.entries()) {
    if (isSingle(network)) continue;
    problems.push({
      field: `spec.ipNetworks[${index}]`,
      reason: `is ${network}, expected a single address, with /${isIpv6(network) ? 128 : 32}`,
      fix: 'Write the addresses of the endpoint one by one in etcd v2',
    });
  }
  return problems;
}

function gatewayProblems({ ipv4Gateway, ipv6Gateway }: WorkloadEndpointSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const wrong = (field: string, found: string, expected: string) =>
    problems.push({
      field: `spec.${field}`,
      reason: `is ${found}, expected an ${expected} address`,
      fix: 'Correct or remove the gateway in etcd v2',
    });
  if (ipv4Gateway !== undefined && isIpv6(ipv4Gateway)) wrong('ipv4Gateway', ipv4Gateway, 'IPv4');
  if (ipv6Gateway !== undefined && !isIpv6(ipv6Gateway)) wrong('ipv6Gateway', ipv6Gateway, 'IPv6');
  return problems;
}

/** NAT leads to an address of the endpoint, from one of the same family. */
function natProblems(field: string, nat: IpNat, networks: readonly string[]): FieldProblem[] {
  const { internalIP, externalIP } = nat;
  const problems: FieldProblem[] = [];
  const own = `${internalIP}/${isIpv6(internalIP) ? 128 : 32}`;
  if (networks.every(isSingle) && !networks.includes(own)) {
    problems.push({
      field: `${field}.internalIP`,
      reason: `is ${internalIP}, expected one of the endpoint's addresses: ${networks.join(', ') || 'it has none'}`,
      fix: 'Correct or remove the NAT in etcd v2',
    });
  }
  if (isIpv6(internalIP) !== isIpv6(externalIP)) {
    problems.push({
      field: `${field}.externalIP`,
      reason: `is ${externalIP}, expected an address of the same IP version as ${internalIP}`,
      fix: 'Correct or remove the NAT in etcd v2',
    });
  }
  return problems;
}

const isIpv6 = (text: string): boolean => text.includes(':');

const isSingle = (network: string): boolean => network.endsWith(isIpv6(network) ? '/128' : '/32');
