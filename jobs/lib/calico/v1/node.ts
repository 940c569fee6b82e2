import { parseIp } from '../go-net.ts';
import { valueText } from '../object-text.ts';
import { nameProblems } from '../v3/names.ts';
import { clusterEntry } from '../v3/storage.ts';
import { readAsNumber } from './bgp-config.ts';
import { addNote, addValidationErrors, type Findings, findingsOf, isConverted } from './findings.ts';
import { type JsonObject, objectOf, readJson, struct } from './json-fields.ts';
import { listOf, readString } from './json-readers.ts';
import { convertNodeName } from './names.ts';
import { nodeAddress } from './node-address.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { unconverted, validated } from './unit-result.ts';

type RefField = 'nodeName' | 'orchestrator';

const REFS = listOf(objectOf(struct<RefField>('nodeName', 'orchestrator')));

/**
 * What is known of a host to a Node (conversion reference, section 3.1). A host that has BGP settings only is none, as
 * in the original.
 */
export function convertNode(unit: Unit, values: UnitValues): UnitResult {
  const { host = '' } = unit.parts;
  const directory = `/calico/v1/host/${host}/`;
  const found = findingsOf(unit);
  if (!Array.from(values.keys()).some(key => key.startsWith(directory))) {
    const [first = directory] = values.keys();
    addNote(
      found,
      first,
      `has BGP settings but is not below ${directory}, so it is no Node and they are not carried over`,
    );
    return unconverted(found);
  }
  const name = convertNodeName(host);
  const bgp = nodeBgp(found, host, values);
  const orchRefs = readOrchRefs(found, `${directory}orchestrator_refs`, values);
  if (!isConverted(found)) return unconverted(found);
  const spec = { ...(bgp && { bgp }), ...(orchRefs && { orchRefs }) };
  const entry = clusterEntry('Node', 'nodes', { name }, spec);
  return validated(found, directory, `Node(${name})`, entry, nameProblems('metadata.name', name));
}

function nodeBgp(
  found: Findings,
  host: string,
  values: UnitValues,
): Readonly<Record<string, unknown>> | undefined {
  const root = `/calico/bgp/v1/host/${host}/`;
  const asNumber = readAsNumber(values.get(`${root}as_num`) ?? '', found, `${root}as_num`);
  const ipv4Address = nodeAddress(found, root, 4, values);
  const ipv6Address = nodeAddress(found, root, 6, values);
  const tunnelKey = `/calico/v1/host/${host}/config/IpInIpTunnelAddr`;
  const tunnel = values.get(tunnelKey) || undefined;
  if (ipv4Address === undefined && ipv6Address === undefined) {
    noteWithoutBgp(found, asNumber === undefined ? undefined : `${root}as_num`);
    noteWithoutBgp(found, tunnel === undefined ? undefined : tunnelKey);
    return undefined;
  }
  if (tunnel !== undefined) checkTunnel(found, tunnelKey, tunnel);
  return {
    ...(asNumber !== undefined && { asNumber }),
    ...(ipv4Address !== undefined && { ipv4Address }),
    ...(ipv6Address !== undefined && { ipv6Address }),
    ...(tunnel !== undefined && { ipv4IPIPTunnelAddr: tunnel }),
  };
}

function noteWithoutBgp(found: Findings, key: string | undefined): void {
  if (key === undefined) return;
  addNote(found, key, `has no BGP address, so ${key} has no place in v3 and is not carried over`);
}

function checkTunnel(found: Findings, key: string, text: string): void {
  if (isIpv4(text)) return;
  addValidationErrors(found, key, [
    {
      field: 'spec.bgp.ipv4IPIPTunnelAddr',
      reason: `is ${valueText(text)}, expected an IPv4 address`,
      fix: `Delete ${key} in etcd v2: calico-node writes it anew when it starts`,
    },
  ]);
}

const isIpv4 = (text: string): boolean => parseIp(text)?.text === text && !text.includes(':');

function readOrchRefs(
  found: Findings,
  key: string,
  values: UnitValues,
): readonly Readonly<Record<string, string>>[] | undefined {
  const text = values.get(key);
  if (text === undefined) return undefined;
  const source = { found, key };
  const refs = readJson(source, text, (value, path) => (value === null ? [] : REFS(value, path, source)));
  return refs && refs.length > 0 ? refs.map(orchRef) : undefined;
}

function orchRef(ref: JsonObject<RefField>): Readonly<Record<string, string>> {
  const nodeName = ref.get('nodeName', readString);
  const orchestrator = ref.get('orchestrator', readString) ?? '';
  return nodeName ? { nodeName, orchestrator } : { orchestrator };
}
