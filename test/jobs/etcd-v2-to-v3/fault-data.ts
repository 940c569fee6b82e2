/** The flag that pauses Calico 2.6. */
export const READY = '/calico/v1/Ready';

/** Handles, so that the copy takes several transactions of etcd v3. */
const HANDLES = 250;

const ENDPOINT = {
  ...{ state: 'active', name: 'cali6f0d34a1b2c', active_instance_id: '9c1e', mac: 'ee:ee:ee:ee:ee:ee' },
  ...{ profile_ids: ['k8s_ns.shop'], ipv4_nets: ['10.64.3.9/32'], ipv6_nets: [] },
  labels: { app: 'web', 'calico/k8s_ns': 'shop' },
};

const POOL = {
  ...{ cidr: '10.64.0.0/16', ipip: 'tunl0', ipip_mode: 'always' },
  ...{ masquerade: true, ipam: true, disabled: false },
};

export const POLICY_KEY = '/calico/v1/policy/tier/default/policy/allow-web';

const POLICY = {
  ...{ order: 100, selector: "app == 'web'", types: ['ingress'] },
  inbound_rules: [{ action: 'allow', protocol: 'tcp', dst_ports: [80] }],
};

/** What Calico 2.6 has in etcd v2, some of each kind. */
export const FAULT_V1: Readonly<Record<string, string>> = {
  [READY]: 'true',
  '/calico/v1/config/CalicoVersion': 'v2.6.12',
  '/calico/v1/config/ClusterGUID': '5ac8a29cf7d24e0b8c0ff5cf3d1e9b77',
  '/calico/v1/config/ClusterType': 'k8s,bgp',
  '/calico/v1/config/LogSeverityScreen': 'info',
  '/calico/v1/host/node-1/metadata': '{}',
  '/calico/v1/host/node-1/workload/k8s/shop.web-1/endpoint/eth0': JSON.stringify(ENDPOINT),
  '/calico/bgp/v1/host/node-1/ip_addr_v4': '192.0.2.10',
  '/calico/bgp/v1/host/node-1/network_v4': '192.0.2.0/24',
  '/calico/bgp/v1/global/node_mesh': '{"enabled":true}',
  '/calico/v1/ipam/v4/pool/10.64.0.0-16': JSON.stringify(POOL),
  [POLICY_KEY]: JSON.stringify(POLICY),
  '/calico/v1/policy/profile/k8s_ns.shop/labels': '{"env":"prod"}',
  '/calico/v1/policy/profile/k8s_ns.shop/tags': '["k8s_ns.shop"]',
  '/calico/ipam/v2/config': '{"strict_affinity":true,"auto_allocate_blocks":true}',
  '/calico/ipam/v2/host/node-1/ipv4/block/10.64.3.0-26': '{}',
  ...Object.fromEntries(
    Array.from({ length: HANDLES }, (_, i) => [
      `/calico/ipam/v2/handle/k8s-pod-network.${i}`,
      '{"block":{"10.64.3.0/26":1}}',
    ]),
  ),
};
