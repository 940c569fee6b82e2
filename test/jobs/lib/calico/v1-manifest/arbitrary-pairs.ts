import fc from 'fast-check';
import { expressions, printed } from '../arbitrary-selectors.ts';
import { manifest } from './converted.ts';

/** An object as calicoctl 1.x stores it in etcd v2, and the same as a manifest. */
export interface Pair {
  readonly values: ReadonlyMap<string, string>;
  readonly manifest: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const names = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,12}$/);
const texts = fc.oneof(names, fc.constant('k8s_ns.a'));
const ipv4 = fc.constantFrom('10.0.0.1', '192.0.2.7', '10.9.0.0');
const ipv6 = fc.constantFrom('fd00::1', '2001:db8::0:7');
const nets = fc.constantFrom('10.0.0.1/8', '11.2.0.0/16', '1.1.1.1', 'fd00::/8', 'fd00::1', 'none');
const selectors = fc.oneof(expressions.map(printed), fc.constantFrom('', 'a ==', "calico/k8s_ns == 'a'"));
const labels = fc.dictionary(names, fc.oneof(names, fc.constant('')), { maxKeys: 3 });
const ports = fc.array(fc.constantFrom(80, 0, 70_000, '443', '1:5', '9:8', 'http'), { maxLength: 3 });
const protocols = fc.constantFrom('tcp', 'udp', 'icmp', 'none', 6, 300);

const side = fc.record(
  { tag: names, selector: selectors, nets: fc.array(nets, { maxLength: 3 }), net: nets, ports },
  { requiredKeys: [] },
);
const rules = fc.array(
  fc.record(
    {
      action: fc.constantFrom('allow', 'deny', 'log', 'next-tier', 'permit'),
      ip_version: fc.constantFrom(4, 6, 5),
      protocol: protocols,
      not_protocol: protocols,
      icmp: fc.record({ type: fc.integer({ min: -1, max: 255 }), code: fc.nat(256) }, { requiredKeys: [] }),
      src: side,
      dst: side,
      not_src: side,
      not_dst: side,
    },
    { requiredKeys: ['action'] },
  ),
  { maxLength: 3 },
);
type Rule = Parameters<Parameters<(typeof rules)['map']>[0]>[0][number];

const renamed = (fields: Fields | undefined, rename: (name: string) => string): Fields =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [rename(name), value]));

function storedRule(rule: Rule): Fields {
  const { not_protocol, icmp, src, dst, not_src, not_dst, ...others } = rule;
  return {
    ...others,
    ...(not_protocol !== undefined && { '!protocol': not_protocol }),
    ...renamed(icmp, name => `icmp_${name}`),
    ...renamed(src, name => `src_${name}`),
    ...renamed(dst, name => `dst_${name}`),
    ...renamed(not_src, name => `!src_${name}`),
    ...renamed(not_dst, name => `!dst_${name}`),
  };
}

function manifestRule({ action, ip_version, protocol, not_protocol, icmp, ...sides }: Rule): Fields {
  const negated = (fields: Fields | undefined) =>
    renamed(fields, name => `not${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return {
    action: action === 'next-tier' ? 'pass' : action,
    ...(ip_version !== undefined && { ipVersion: ip_version }),
    ...(protocol !== undefined && { protocol }),
    ...(not_protocol !== undefined && { notProtocol: not_protocol }),
    ...(icmp && { icmp }),
    source: { ...sides.src, ...negated(sides.not_src) },
    destination: { ...sides.dst, ...negated(sides.not_dst) },
  };
}

const one = (key: string, value: unknown): Pair['values'] => new Map([[key, JSON.stringify(value)]]);

const policies = fc
  .record({
    name: names,
    annotations: labels,
    order: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    selector: selectors,
    ...{ inbound: rules, outbound: rules, untracked: fc.boolean(), preDnat: fc.boolean() },
    types: fc.array(fc.constantFrom('ingress', 'egress'), { minLength: 1, maxLength: 3 }),
  })
  .map(({ name, annotations, order, selector, types, ...others }): Pair => {
    const { inbound, outbound, untracked, preDnat } = others;
    const both = { ...(order !== undefined && { order }), selector, types };
    const stored = {
      ...{ ...both, annotations, untracked, pre_dnat: preDnat },
      ...{ inbound_rules: inbound.map(storedRule), outbound_rules: outbound.map(storedRule) },
    };
    const spec = {
      ...{ ...both, doNotTrack: untracked, preDNAT: preDnat },
      ...{ ingress: inbound.map(manifestRule), egress: outbound.map(manifestRule) },
    };
    return {
      values: one(`/calico/v1/policy/tier/default/policy/${name}`, stored),
      manifest: manifest('policy', { name, annotations }, spec),
    };
  });

const profiles = fc
  .record({ name: names, tags: fc.array(names, { maxLength: 3 }), labels, inbound: rules, outbound: rules })
  .map(({ name, tags, labels: own, inbound, outbound }): Pair => {
    const root = `/calico/v1/policy/profile/${name}`;
    const stored = { inbound_rules: inbound.map(storedRule), outbound_rules: outbound.map(storedRule) };
    const spec = { ingress: inbound.map(manifestRule), egress: outbound.map(manifestRule) };
    return {
      values: new Map([
        ...one(`${root}/labels`, own),
        ...one(`${root}/rules`, stored),
        ...one(`${root}/tags`, tags),
      ]),
      manifest: manifest('profile', { name, tags, labels: own }, spec),
    };
  });

const endpointPorts = fc.array(
  fc.record({ name: names, protocol: protocols, port: fc.constantFrom(80, 0, 70_000) }),
  { maxLength: 2 },
);
const endpointParts = {
  ...{ name: names, host: names, labels, device: names, profiles: fc.array(texts, { maxLength: 2 }) },
  ...{ v4: fc.array(ipv4, { maxLength: 2 }), v6: fc.array(ipv6, { maxLength: 2 }), ports: endpointPorts },
};

const hostEndpoints = fc
  .record(endpointParts)
  .map(({ name, host, labels: own, device, profiles: ids, v4, v6, ports: named }): Pair => {
    const stored = {
      ...{ name: device, labels: own, profile_ids: ids, ports: named },
      ...{ expected_ipv4_addrs: v4, expected_ipv6_addrs: v6 },
    };
    const spec = { interfaceName: device, expectedIPs: [...v6, ...v4], profiles: ids, ports: named };
    return {
      values: one(`/calico/v1/host/${host}/endpoint/${name}`, stored),
      manifest: manifest('hostEndpoint', { name, node: host, labels: own }, spec),
    };
  });

const workloadEndpoints = fc
  .record({
    ...endpointParts,
    orchestrator: fc.oneof(fc.constantFrom('k8s', 'cni', 'libnetwork'), names),
    workload: fc.oneof(names, fc.constant('shop.web')),
    instance: names,
    mac: fc.constantFrom('ee:ee:ee:ee:ee:ee', 'EE-EE-EE-EE-EE-01', 'none'),
    outside: ipv4,
  })
  .filter(({ orchestrator }) => orchestrator !== 'openstack')
  .map(({ name, host, orchestrator, workload, instance, labels: own, ...parts }): Pair => {
    const { device, profiles: ids, v4, v6, ports: named, mac, outside } = parts;
    const both = { mac, ports: named };
    const stored = {
      ...{ state: 'active', name: device, active_instance_id: instance, labels: own, profile_ids: ids },
      ...{ ipv4_nets: v4, ipv6_nets: v6, ipv4_gateway: outside, ...both },
      ipv4_nat: v4.map(address => ({ int_ip: address, ext_ip: outside })),
      ipv6_nat: v6.map(address => ({ int_ip: address, ext_ip: outside })),
    };
    const spec = {
      ...{ interfaceName: device, profiles: ids, ipNetworks: [...v6, ...v4], ipv4Gateway: outside, ...both },
      ipNATs: [...v6, ...v4].map(address => ({ internalIP: address, externalIP: outside })),
    };
    const metadata = { name, node: host, orchestrator, workload, activeInstanceID: instance, labels: own };
    return {
      values: one(`/calico/v1/host/${host}/workload/${orchestrator}/${workload}/endpoint/${name}`, stored),
      manifest: manifest('workloadEndpoint', metadata, spec),
    };
  });

const pools = fc
  .record({
    network: fc.constantFrom('10.64.0.0', 'fd80::', '169.254.0.0', '10.64.0.1'),
    length: fc.integer({ min: 8, max: 32 }),
    ...{ enabled: fc.boolean(), mode: fc.constantFrom('', 'always', 'cross-subnet') },
    ...{ masquerade: fc.boolean(), disabled: fc.boolean() },
  })
  .map(({ network, length, enabled, mode, masquerade, disabled }): Pair => {
    const cidr = `${network}/${length}`;
    const stored = {
      cidr,
      ipip: enabled ? 'tunl0' : '',
      ipip_mode: mode,
      masquerade,
      disabled,
      ipam: !disabled,
    };
    const spec = { ipip: { enabled, mode }, 'nat-outgoing': masquerade, disabled };
    const family = network.includes(':') ? 'v6' : 'v4';
    return {
      values: one(`/calico/v1/ipam/${family}/pool/${network}-${length}`, stored),
      manifest: manifest('ipPool', { cidr }, spec),
    };
  });

const peers = fc
  .record({ address: fc.oneof(ipv4, ipv6), host: fc.option(names), asNumber: fc.nat(0xffff_ffff) })
  .map(({ address, host, asNumber }): Pair => {
    const owner = host === null ? 'global' : `host/${host}`;
    const family = address.includes(':') ? 6 : 4;
    return {
      values: one(`/calico/bgp/v1/${owner}/peer_v${family}/${address}`, {
        ip: address,
        as_num: String(asNumber),
      }),
      manifest: manifest(
        'bgpPeer',
        { peerIP: address, ...(host === null ? { scope: 'global' } : { scope: 'node', node: host }) },
        { asNumber },
      ),
    };
  });

const nodes = fc
  .record({
    name: names,
    asNumber: fc.nat(0xffff_ffff),
    address: fc.option(ipv4),
    address6: ipv6,
    refs: fc.array(fc.record({ nodeName: names, orchestrator: names }), { maxLength: 2 }),
  })
  .map(({ name, asNumber, address, address6, refs }): Pair => {
    const bgp = `/calico/bgp/v1/host/${name}`;
    const values = new Map([
      [`/calico/v1/host/${name}/metadata`, '{}'],
      [`/calico/v1/host/${name}/orchestrator_refs`, JSON.stringify(refs)],
      [`${bgp}/as_num`, String(asNumber)],
      [`${bgp}/ip_addr_v6`, address6],
      [`${bgp}/network_v6`, `${address6.slice(0, 4)}::/64`],
    ]);
    if (address !== null) values.set(`${bgp}/ip_addr_v4`, address).set(`${bgp}/network_v4`, `${address}/32`);
    const addresses = { ipv6Address: `${address6}/64`, ...(address !== null && { ipv4Address: address }) };
    return {
      values,
      manifest: manifest('node', { name }, { bgp: { asNumber, ...addresses }, orchRefs: refs }),
    };
  });

/** Objects of all kinds, many of them with values that v3 or the conversion refuses. */
export const pairs = fc.oneof(...[policies, profiles, hostEndpoints, workloadEndpoints, pools, peers, nodes]);
