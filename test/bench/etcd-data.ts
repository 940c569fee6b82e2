/** Keys and values of etcd v2, as a cluster of Calico 2.6 on Kubernetes has them. */
export type V1Keys = readonly (readonly [key: string, value: string])[];

const ENDPOINTS_A_NODE = 50;
const ADDRESSES_A_BLOCK = 64;
const POLICIES = 200;
const PROFILES = 200;

/**
 * `endpoints` workload endpoints, as many handles, a block for each 64 of them, a node for each 50, 200 policies and 200
 * profiles.
 */
export function v1Data(endpoints: number): V1Keys {
  const nodes = Math.ceil(endpoints / ENDPOINTS_A_NODE);
  return [
    ...clusterKeys(),
    ...repeat(nodes, nodeKeys),
    ...repeat(POLICIES, policyKeys),
    ...repeat(PROFILES, profileKeys),
    ...repeat(endpoints, endpointKeys),
    ...repeat(Math.ceil(endpoints / ADDRESSES_A_BLOCK), i => blockKeys(i, nodes)),
  ];
}

const repeat = (count: number, keys: (i: number) => V1Keys): V1Keys =>
  Array.from({ length: count }, (_, i) => keys(i)).flat();

/** Within 10.0.0.0/8. */
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

const nodeName = (i: number): string => `node-${i}.example.com`;

export const handleOf = (i: number): string =>
  `k8s-pod-network.${i.toString(16).padStart(8, '0')}9c1e4d7f2b60a1835e9d0c47a2f6b83d15e70c94`;

function clusterKeys(): V1Keys {
  return [
    ['/calico/v1/Ready', 'true'],
    ['/calico/v1/config/CalicoVersion', 'v2.6.12'],
    ['/calico/v1/config/ClusterGUID', '3f1e0c9a5b7d4e2f8a6c1d3b5e7f9a0c'],
    ['/calico/v1/config/ClusterType', 'k8s,bgp'],
    ['/calico/v1/config/LogSeverityScreen', 'info'],
    ['/calico/v1/config/IpInIpEnabled', 'true'],
    ['/calico/bgp/v1/global/as_num', '64512'],
    ['/calico/bgp/v1/global/node_mesh', '{"enabled":true}'],
    [
      '/calico/v1/ipam/v4/pool/10.0.0.0-8',
      '{"cidr":"10.0.0.0/8","ipip":"tunl0","ipip_mode":"always","masquerade":true,"ipam":true,"disabled":false}',
    ],
  ];
}

function nodeKeys(i: number): V1Keys {
  const host = nodeName(i);
  const ip = `172.16.${i >> 8}.${i & 255}`;
  return [
    [`/calico/v1/host/${host}/metadata`, '{}'],
    [`/calico/v1/host/${host}/bird_ip`, ip],
    [`/calico/v1/host/${host}/orchestrator_refs`, JSON.stringify([{ orchestrator: 'k8s', nodeName: host }])],
    [`/calico/v1/host/${host}/config/DefaultEndpointToHostAction`, 'RETURN'],
    [`/calico/bgp/v1/host/${host}/ip_addr_v4`, ip],
    [`/calico/bgp/v1/host/${host}/network_v4`, '172.16.0.0/16'],
  ];
}

function policyKeys(i: number): V1Keys {
  const policy = {
    order: i,
    selector: `app == 'app-${i}' && calico/k8s_ns == 'shop-${i % 20}'`,
    inbound_rules: [
      {
        action: 'allow',
        protocol: 'tcp',
        src_selector: `role in {'web', 'batch-${i}'}`,
        dst_ports: [8080, '9000:9100'],
      },
      { action: 'allow', protocol: 'udp', src_nets: ['192.0.2.0/24', '198.51.100.0/24'], dst_ports: [53] },
      { action: 'deny' },
    ],
    outbound_rules: [{ action: 'allow' }],
    types: ['ingress', 'egress'],
  };
  return [[`/calico/v1/policy/tier/default/policy/policy-${i}`, JSON.stringify(policy)]];
}

function profileKeys(i: number): V1Keys {
  const root = `/calico/v1/policy/profile/profile-${i}`;
  return [
    [`${root}/rules`, '{"inbound_rules":[{"action":"allow"}],"outbound_rules":[{"action":"allow"}]}'],
    [`${root}/tags`, `["tag-${i}"]`],
    [`${root}/labels`, `{"env":"env-${i % 5}"}`],
  ];
}

/** An endpoint and its handle. */
export function endpointKeys(i: number): V1Keys {
  const [namespace, pod] = [`shop-${i % 20}`, `app-${i % 500}-5d9c7b8f6-${i.toString(36).padStart(5, 'x')}`];
  const host = nodeName(Math.floor(i / ENDPOINTS_A_NODE));
  const endpoint = {
    state: 'active',
    name: `cali${i.toString(16).padStart(11, '0')}`,
    active_instance_id: handleOf(i).slice('k8s-pod-network.'.length),
    mac: 'ee:ee:ee:ee:ee:ee',
    profile_ids: [`k8s_ns.${namespace}`],
    ipv4_nets: [`${address(i)}/32`],
    ipv6_nets: [],
    labels: { app: `app-${i % 500}`, 'pod-template-hash': '5d9c7b8f6', 'calico/k8s_ns': namespace },
  };
  const block = `${address(i - (i % ADDRESSES_A_BLOCK))}/26`;
  return [
    [`/calico/v1/host/${host}/workload/k8s/${namespace}.${pod}/endpoint/eth0`, JSON.stringify(endpoint)],
    [`/calico/ipam/v2/handle/${handleOf(i)}`, JSON.stringify({ block: { [block]: 1 } })],
  ];
}

function blockKeys(i: number, nodes: number): V1Keys {
  const first = i * ADDRESSES_A_BLOCK;
  const host = nodeName(i % nodes);
  const block = {
    cidr: `${address(first)}/26`,
    affinity: `host:${host}`,
    strictAffinity: false,
    allocations: Array.from({ length: ADDRESSES_A_BLOCK }, (_, n) => n),
    unallocated: [],
    attributes: Array.from({ length: ADDRESSES_A_BLOCK }, (_, n) => ({
      handle_id: handleOf(first + n),
      secondary: null,
    })),
  };
  return [
    [`/calico/ipam/v2/assignment/ipv4/block/${address(first)}-26`, JSON.stringify(block)],
    [`/calico/ipam/v2/host/${host}/ipv4/block/${address(first)}-26`, '{}'],
  ];
}
