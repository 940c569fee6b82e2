/** An IPAM block with one address. */
const block = JSON.stringify({
  cidr: '10.64.3.0/26',
  affinity: 'host:n1',
  strictAffinity: false,
  allocations: [0, ...Array.from({ length: 63 }, () => null)],
  unallocated: Array.from({ length: 63 }, (_, i) => i + 1),
  attributes: [{ handle_id: 'k8s-pod-network.c1', secondary: null }],
});

const endpoint = JSON.stringify({
  state: 'active',
  name: 'cali1',
  active_instance_id: 'c1',
  mac: 'ee:ee:ee:ee:ee:ee',
  profile_ids: ['k8s_ns.shop'],
  ipv4_nets: ['10.64.3.0/32'],
  ipv6_nets: [],
  labels: { app: 'web', 'calico/k8s_ns': 'shop' },
});

/** Where an endpoint of the data is. */
export const ENDPOINT_KEY = '/calico/v1/host/n1/workload/k8s/shop.web-1/endpoint/eth0';

export const POLICY_KEY = '/calico/v1/policy/tier/default/policy/allow%2fweb';

/** A key of each part of Calico 2.6's model, with what is carried over and what is not. */
export const MODEL_KEYS: Readonly<Record<string, string>> = {
  '/calico/v1/Ready': 'true',
  '/calico/v1/config/CalicoVersion': 'v2.6.8',
  '/calico/v1/config/ClusterGUID': '0123456789abcdef0123456789abcdef',
  '/calico/v1/config/ClusterType': 'k8s,bgp',
  '/calico/v1/config/ReportingIntervalSecs': '0',
  '/calico/v1/host/n1/metadata': '{}',
  '/calico/v1/host/n1/bird_ip': '192.0.2.10',
  '/calico/v1/host/n1/config/DefaultEndpointToHostAction': 'RETURN',
  '/calico/v1/host/n1/config/marker': 'created',
  '/calico/v1/host/n1/endpoint/eth0': '{"name":"eth0","labels":{"role":"db"},"profile_ids":["infra"]}',
  [ENDPOINT_KEY]: endpoint,
  '/calico/v1/host/bare/': '',
  [POLICY_KEY]: '{"order":100,"selector":"role == \'db\'","inbound_rules":[{"action":"allow"}]}',
  '/calico/v1/policy/tier/default/policy/knp.default.shop.web': '{"order":1000,"selector":"all()"}',
  '/calico/v1/policy/tier/default/metadata': '{"order":1000}',
  '/calico/v1/policy/profile/infra/rules': '{"inbound_rules":[{"action":"allow"}],"outbound_rules":[]}',
  '/calico/v1/policy/profile/infra/tags': '["frontend"]',
  '/calico/v1/policy/profile/infra/labels': '{"env":"prod"}',
  '/calico/v1/policy/profile/k8s_ns.shop/rules': '{"inbound_rules":[],"outbound_rules":[]}',
  '/calico/v1/ipam/v4/pool/10.64.0.0-16':
    '{"cidr":"10.64.0.0/16","ipip":"tunl0","masquerade":true,"ipam":true}',
  '/calico/v1/ipam/v6/pool/': '',
  '/calico/ipam/v2/config': '{"strict_affinity":true}',
  '/calico/ipam/v2/assignment/ipv4/block/10.64.3.0-26': block,
  '/calico/ipam/v2/host/n1/ipv4/block/10.64.3.0-26': '',
  '/calico/ipam/v2/host/n1/ipv6/block/': '',
  '/calico/ipam/v2/handle/k8s-pod-network.c1': '{"block":{"10.64.3.0/26":1}}',
  '/calico/bgp/v1/global/as_num': '64512',
  '/calico/bgp/v1/global/node_mesh': '{"enabled":true}',
  '/calico/bgp/v1/global/custom_filters/v4/mine': 'filter \u{1f680} "\u00fc"\n',
  '/calico/bgp/v1/global/peer_v4/192.0.2.1': '{"ip":"192.0.2.1","as_num":"64513"}',
  '/calico/bgp/v1/rr_v4/192.0.2.50': '{"ip":"192.0.2.50","cluster_id":"1.0.0.1"}',
  '/calico/bgp/v1/host/n1/ip_addr_v4': '192.0.2.10',
  '/calico/bgp/v1/host/n1/ip_addr_v6': '',
  '/calico/bgp/v1/host/n1/network_v4': '192.0.2.0/24',
  '/calico/bgp/v1/host/n1/loglevel': 'info',
  '/calico/felix/v1/host/n1/last_reported_status': '{"uptime":123.4}',
};

/** Keys below `/calico` that are not Calico 2.6's. */
export const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  '/calico/dhcp/v1/subnet/s1': '{"cidr":"10.0.0.0/24"}',
  '/calico/dhcp/v1/empty/': '',
  '/calico/openstack/v1/election': 'me',
  '/calico/v1/policy/tier/other/policy/x': '{"selector":"all()"}',
  '/calico/v1/somebody/else': 'x',
  '/calico/mine/': '',
};
