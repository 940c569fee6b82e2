import fc from 'fast-check';
import { escapeSegment } from '../../../../../jobs/lib/calico/v1/names.ts';

type Entry = readonly [key: string, value: string];

/** Names with everything that names in etcd v2 may have. */
const name = fc
  .array(fc.constantFrom('a', 'b', 'A', '1', '-', '.', '_', '%', '/', ' ', 'é', '\u{1f600}', '\uffee'), {
    minLength: 1,
    maxLength: 5,
  })
  .map(characters => characters.join(''));
/** Names that meet, and are often valid. */
const simple = fc.constantFrom('a', 'A', 'b');
const segment = fc.oneof(name, simple).map(escapeSegment);
/** Host names and handle ids are not escaped. */
const plain = fc.oneof(name, simple).map(text => text.replaceAll('/', 'x'));
const network = fc.constantFrom(
  '10.0.0.0-16',
  '10.0.0.1-16',
  '10.0.0.0-26',
  'fd00::-122',
  '::-64',
  'FD00:0::-122',
  'x',
);
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'FD00:0::1', '10.0.0.300', '');
const text = fc.oneof(
  address,
  fc.constantFrom('true', '1', 'none', '64512', 'x', '{}', '[]', 'null', '{'),
  plain,
);

const json = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: value.map(item => JSON.stringify(item)) }, { weight: 1, arbitrary: text });

const entry = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Entry> =>
  fc.tuple(key, value);
const path = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map(part => (typeof part === 'string' ? fc.constant(part) : part)))
    .map(segments => `/calico/${segments.join('/')}`);

const cidr = network.map(segmentText => segmentText.replace('-', '/'));
const rules = fc.array(
  fc.record(
    { action: fc.constantFrom('allow', 'deny', 'x'), src_tag: name, protocol: fc.constantFrom('tcp', 6) },
    { requiredKeys: ['action'] },
  ),
  { maxLength: 2 },
);
const labels = fc.dictionary(
  fc.oneof(name, fc.constantFrom('1', '10', '9', 'calico/k8s_ns')),
  fc.constantFrom('', 'x', 'y', 'a b'),
  { maxKeys: 3 },
);

const pool = json(
  fc.record({ cidr, ipip: fc.constantFrom('', 'tunl0'), disabled: fc.boolean() }, { requiredKeys: [] }),
);
const policy = json(
  fc.record(
    {
      selector: fc.constantFrom('', 'all()', "a == 'b'", '=='),
      inbound_rules: rules,
      types: fc.constant(['ingress']),
    },
    { requiredKeys: [] },
  ),
);
const hostEndpoint = json(
  fc.record(
    {
      name: fc.constantFrom('eth0', '*', ''),
      labels,
      profile_ids: fc.array(fc.oneof(name, simple), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
);
const workload = json(
  fc.record({
    state: fc.constant('active'),
    name: fc.constant('cali1'),
    mac: fc.constantFrom('ee:ee:ee:ee:ee:ee', 'ee:ee:ee:ee:ee:ee', null, 'x'),
    profile_ids: fc.array(fc.oneof(name, simple), { maxLength: 2 }),
    ipv4_nets: fc.constantFrom(['10.0.0.1/32'], ['10.0.0.1/32'], ['fd00::1'], [null], []),
    labels,
  }),
);
const block = json(
  fc.record({
    cidr,
    affinity: fc.oneof(
      fc.constant(null),
      plain.map(host => `host:${host}`),
    ),
    allocations: fc.constantFrom([null, 0], null),
    unallocated: fc.constantFrom([1], null),
    attributes: fc.array(
      fc.record({ handle_id: fc.option(plain), secondary: fc.option(fc.record({ node: plain })) }),
      { maxLength: 2 },
    ),
  }),
);
const setting = fc.constantFrom(
  'IpInIpMtu',
  'LogSeverityScreen',
  'HealthHost',
  'FailsafeInboundHostPorts',
  'TyphaAddr',
  'ClusterGUID',
  'marker',
  'IpInIpTunnelAddr',
);

const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  entry(path('v1/config', setting), text),
  entry(path('v1/host', plain, 'config', setting), text),
  entry(
    path('v1/host', plain, fc.constantFrom('', 'metadata', 'bird_ip', 'orchestrator_refs', 'other')),
    text,
  ),
  entry(path('v1/host', plain), text),
  entry(path('v1/host', plain, 'endpoint', segment), hostEndpoint),
  entry(
    path(
      'v1/host',
      plain,
      'workload',
      fc.oneof(fc.constantFrom('k8s', 'cni', 'libnetwork', 'openstack'), segment),
      fc.oneof(
        segment,
        segment.map(id => `default.${id}`),
      ),
      'endpoint',
      segment,
    ),
    workload,
  ),
  entry(path('v1/policy/tier/default/policy', fc.oneof(segment, fc.constant('knp.default.a.b'))), policy),
  entry(
    path(
      'v1/policy/profile',
      fc.oneof(segment, fc.constant('k8s_ns.a')),
      fc.constantFrom('rules', 'tags', 'labels', 'x'),
    ),
    json(fc.oneof(labels, fc.array(name, { maxLength: 2 }))),
  ),
  entry(path('v1/ipam', fc.constantFrom('v4', 'v6'), 'pool', network), pool),
  entry(path('bgp/v1/global', fc.constantFrom('as_num', 'loglevel', 'node_mesh', 'rr_v4/x')), text),
  entry(path('bgp/v1/host', plain, fc.constantFrom('ip_addr_v4', 'network_v4', 'as_num', 'loglevel')), text),
  entry(
    path(
      'bgp/v1',
      fc.oneof(
        fc.constant('global'),
        plain.map(host => `host/${host}`),
      ),
      'peer_v4',
      address,
    ),
    json(fc.record({ ip: address, as_num: fc.constantFrom('1', 1) })),
  ),
  entry(path('ipam/v2/assignment/ipv4/block', network), block),
  entry(path('ipam/v2/host', plain, 'ipv4/block', network), fc.constantFrom('', '{}', 'x')),
  entry(
    path('ipam/v2/handle', plain),
    json(fc.record({ block: fc.dictionary(cidr, fc.nat(), { maxKeys: 2 }) })),
  ),
  entry(path(fc.constantFrom('v1/Ready', 'felix/v1/host/a/status', 'ipam/v2/config', 'x/y', 'v1/')), text),
);

/** Everything in etcd v2, each key once, in any order. */
export const arbitrarySnapshot: fc.Arbitrary<readonly Entry[]> = fc.uniqueArray(anyEntry, {
  selector: ([key]) => key,
  maxLength: 40,
});
