import { type JsonObject, type JsonSource, type Read, struct, wrong } from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import { readCidr } from '../v1/read-cidr.ts';
import { readAsNumber } from './as-number.ts';
import { manifestObject, missing, partOf, readText, requiredText } from './reading.ts';
import { type ReadKind, storedFields } from './stored-form.ts';

const readMetadata = manifestObject(struct('name'));
const readSpec = manifestObject(struct('bgp', 'orchRefs'));
const bgpStruct = struct('asNumber', 'ipv4Address', 'ipv6Address');
const readBgp = manifestObject(bgpStruct);
const readRefFields = manifestObject(struct('nodeName', 'orchestrator'));

const readRefs = listOf((value, path, source) => {
  const ref = readRefFields(value, path, source);
  const table = [
    ['nodeName', 'nodeName', readText],
    ['orchestrator', 'orchestrator', readText],
  ] as const;
  return ref && storedFields(ref, table, new Map());
});

/** Reads a `node` of v1, which is stored under several keys. */
export const readNode: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const host = metadata && requiredText(metadata, 'name', source);
  const bgp = spec?.get('bgp', readBgp);
  const settings = bgp && storedBgp(bgp, source);
  const refs = spec?.get('orchRefs', readRefs);
  if (host === undefined || spec === undefined) return undefined;
  const root = `/calico/v1/host/${host}/`;
  const values = new Map([[`${root}metadata`, '{}']]);
  if (refs !== undefined) values.set(`${root}orchestrator_refs`, JSON.stringify(refs));
  for (const [name, text] of settings ?? []) values.set(`/calico/bgp/v1/host/${host}/${name}`, text);
  return {
    unit: { kind: 'Node', id: root, name: `Node(name=${host})`, parts: { host } },
    values,
    origins: new Map(),
    bases: new Map([[`${root}orchestrator_refs`, 'spec.orchRefs']]),
  };
};

/** A node with BGP has an address: calicoctl 1.x refuses it otherwise. */
function storedBgp(
  bgp: JsonObject<(typeof bgpStruct.fields)[number]>,
  source: JsonSource,
): readonly (readonly [name: string, text: string])[] {
  const asNumber = bgp.get('asNumber', readAsNumber);
  const ipv4 = bgp.get('ipv4Address', addressOf(4));
  const ipv6 = bgp.get('ipv6Address', addressOf(6));
  if (!bgp.has('ipv4Address') && !bgp.has('ipv6Address')) {
    missing(source, bgp.at('ipv4Address'), 'an address here or as ipv6Address where there is spec.bgp');
  }
  return [
    ...(asNumber === undefined ? [] : [['as_num', String(asNumber)] as const]),
    ...(ipv4 === undefined ? [] : storedAddress(4, ipv4)),
    ...(ipv6 === undefined ? [] : storedAddress(6, ipv6)),
  ];
}

interface Address {
  readonly ip: string;
  readonly network: string;
}

function addressOf(version: 4 | 6): Read<Address> {
  const example = version === 4 ? '192.0.2.10/24' : '2001:db8::10/64';
  return (value, path, source) => {
    const cidr = readCidr(value, path, source);
    if (cidr === undefined) return undefined;
    if (cidr.version === version) return { ip: cidr.ip.text, network: cidr.network };
    return wrong(
      source,
      path,
      value,
      `an IPv${version} address`,
      `Write an address with the length of its network, such as ${example}`,
    );
  };
}

const storedAddress = (version: 4 | 6, { ip, network }: Address) =>
  [
    [`ip_addr_v${version}`, ip],
    [`network_v${version}`, network],
  ] as const;
