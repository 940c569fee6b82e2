import type { EndpointPort, Port } from '../v3/ports.ts';
import { type Protocol, v3Protocol } from '../v3/protocol.ts';
import { type JsonSource, objectOf, type Read, struct, wrong } from './json-fields.ts';
import { integerOf, readString } from './json-readers.ts';

const HIGHEST = 65_535;
const EXPECTED = "a port from 0 to 65535, a range such as '8000:8100', or the name of a port";

/** A protocol by name or number, in v3's spelling; a number in quotes is a number. */
export const readProtocol: Read<Protocol> = (value, path, source) => {
  if (typeof value !== 'string') return integerOf(0, 255)(value, path, source);
  return /^[0-9]+$/.test(value) && Number(value) <= 255 ? Number(value) : v3Protocol(value);
};

/** A port of a rule: a number, a number in quotes, a range, or a name (etcd v1 model reference, section 4). */
export const readPort: Read<Port> = (value, path, source) => {
  const port = typeof value === 'string' ? portOf(value) : value;
  const valid = typeof port === 'string' || (typeof port === 'number' && isPort(port));
  return valid ? port : wrong(source, path, value, EXPECTED, 'Correct the port in etcd v2');
};

const endpointPort = struct('name', 'protocol', 'port');
const readEndpointPortFields = objectOf(endpointPort);

/** A named port of an endpoint. What is absent is as Go leaves it: an empty name, number 0. */
export const readEndpointPort: Read<EndpointPort> = (value: unknown, path: string, source: JsonSource) => {
  const port = readEndpointPortFields(value, path, source);
  if (port === undefined) return undefined;
  return {
    name: port.get('name', readString) ?? '',
    protocol: port.get('protocol', readProtocol) ?? 0,
    port: port.get('port', integerOf(0, HIGHEST)) ?? 0,
  };
};

function portOf(text: string): Port | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text);
  const range = /^([0-9]+):([0-9]+)$/.exec(text);
  if (range === null) return /^[a-zA-Z0-9_.-]{1,128}$/.test(text) ? text : undefined;
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (first > last || !isPort(last)) return undefined;
  return first === last ? first : `${first}:${last}`;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= HIGHEST;
