import { parseIp } from '../go-net.ts';
import { valueText } from '../object-text.ts';
import type { FieldProblem } from './field-problem.ts';
import { interfaceProblems } from './interface-name.ts';
import { labelProblems } from './metadata.ts';
import { nameProblems, referenceProblems } from './names.ts';
import { type EndpointPort, endpointPortProblems } from './ports.ts';

/** The spec of a HostEndpoint, its fields in the order in which Go writes them. */
export type HostEndpointSpec = {
  readonly node: string;
  readonly interfaceName?: string;
  readonly expectedIPs?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly EndpointPort[];
};

/** What Calico v3 would refuse of a host endpoint (conversion reference, section 6). */
export function hostEndpointProblems(
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
  spec: HostEndpointSpec,
): FieldProblem[] {
  const { node, interfaceName, expectedIPs = [], profiles = [], ports = [] } = spec;
  return [
    ...nameProblems('metadata.name', name),
    ...labelProblems('metadata.labels', labels),
    ...referenceProblems('spec.node', node),
    ...(interfaceName === undefined ? [] : interfaceProblems('spec.interfaceName', interfaceName)),
    ...(interfaceName === undefined && expectedIPs.length === 0 ? [nothingToMatch] : []),
    ...expectedIPs.flatMap((ip, i) => addressProblems(`spec.expectedIPs[${i}]`, ip)),
    ...profiles.flatMap((profile, i) => referenceProblems(`spec.profiles[${i}]`, profile)),
    ...ports.flatMap((port, i) => endpointPortProblems(`spec.ports[${i}]`, port)),
  ];
}

const nothingToMatch: FieldProblem = {
  field: 'spec.interfaceName',
  reason: 'is missing, expected the name of an interface where there are no expected IP addresses',
  fix: 'Add name or expected_ipv4_addrs in etcd v2, or delete the endpoint',
};

function addressProblems(field: string, ip: string): FieldProblem[] {
  if (parseIp(ip) !== undefined) return [];
  return [
    {
      field,
      reason: `is ${valueText(ip)}, expected an IP address`,
      fix: 'Correct or remove the address in etcd v2',
    },
  ];
}
