import { valueText } from '../object-text.ts';
import type { FieldProblem } from './field-problem.ts';
import { hasPorts, type Protocol, protocolProblems } from './protocol.ts';

/** A port of a rule: a number, a range `"first:last"`, or the name that an endpoint gives to a port. */
export type Port = number | string;

/** A named port of an endpoint. */
export type EndpointPort = {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
};

/** Whether Kubernetes takes the text as the name of a port. */
export function isPortName(name: string): boolean {
  return /^[a-z0-9-]{1,15}$/.test(name) && /[a-z]/.test(name) && !/^-|-$|--/.test(name);
}

/** What is wrong with a port of a rule (conversion reference, section 6). */
export function portProblems(field: string, port: Port): FieldProblem[] {
  const first = typeof port === 'number' ? port : Number(/^([0-9]+):[0-9]+$/.exec(port)?.[1] ?? Number.NaN);
  if (Number.isNaN(first)) return portNameProblems(field, String(port));
  return first >= 1 ? [] : [zeroPort(field, port)];
}

/** What is wrong with a named port of an endpoint: it is TCP or UDP, and has a name. */
export function endpointPortProblems(field: string, { name, protocol, port }: EndpointPort): FieldProblem[] {
  const known = protocolProblems(`${field}.protocol`, protocol);
  const suited = known.length > 0 || hasPorts(protocol);
  return [
    ...portNameProblems(`${field}.name`, name),
    ...known,
    ...(suited ? [] : [portless(`${field}.protocol`, protocol)]),
    ...(port >= 1 ? [] : [zeroPort(`${field}.port`, port)]),
  ];
}

function portNameProblems(field: string, name: string): FieldProblem[] {
  if (isPortName(name)) return [];
  return [
    {
      field,
      reason:
        `is '${name}', expected 1 to 15 small letters, digits and single '-', with a letter, and no '-' at ` +
        'either end',
      fix: 'Rename the port in etcd v2, where endpoints define it and where rules use it',
    },
  ];
}

const zeroPort = (field: string, port: Port): FieldProblem => ({
  field,
  reason: `is ${valueText(port)}, expected ports from 1 to 65535`,
  fix: 'Write a port from 1 to 65535 in etcd v2',
});

const portless = (field: string, protocol: Protocol): FieldProblem => ({
  field,
  reason: `is ${valueText(protocol)}, which has no ports, expected TCP or UDP`,
  fix: 'Write tcp or udp in etcd v2, or remove the port',
});
