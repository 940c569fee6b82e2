import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import type { SeedObject } from '../cluster/seed.ts';

/** What somebody, long ago, put where Calico never looks. */
const OTHER_NAMESPACE = 'staging';

function instance(kind: string, name: string, spec: unknown, namespace = 'kube-system'): SeedObject {
  const found = TPR_KINDS.find(({ tpr }) => tpr.kind === kind);
  if (!found) throw new RangeError(kind);
  const { group, plural } = found.tpr;
  return { plural, object: { apiVersion: `${group}/v1`, kind, metadata: { name, namespace }, spec } };
}

const settings = (kind: string, values: Readonly<Record<string, string>>): SeedObject[] =>
  Object.entries(values).map(([name, value]) => instance(kind, name.toLowerCase(), { name, value }));

const FELIX = {
  ClusterGUID: '7d0f1c92a4be4ce59b0a3df6e18c2b54',
  ClusterType: 'k8s,bgp,KDD',
  CalicoVersion: 'v2.4.1',
  LogSeverityScreen: 'info',
  LogSeverityFile: 'none',
  ReportingIntervalSecs: '0',
  IpInIpEnabled: 'true',
  Ipv6Support: 'true',
  DefaultEndpointToHostAction: 'ACCEPT',
  FailsafeInboundHostPorts: 'tcp:22,tcp:6443,udp:68',
  IptablesRefreshInterval: '90',
  PrometheusMetricsEnabled: 'true',
  PrometheusMetricsPort: '9091',
  InterfacePrefix: 'cali',
};

const BGP = { AsNumber: '64512', NodeMeshEnabled: 'false', LogLevel: 'warning' };

/** As 2.4 stores a pool: JSON in a text, under a name made of its CIDR. */
function pool(cidr: string, ipipMode = '', disabled = false): SeedObject {
  const ipip = ipipMode === '' ? '' : 'tunl0';
  const value = { cidr, ipip, ipip_mode: ipipMode, masquerade: true, ipam: !disabled, disabled };
  return instance('IpPool', cidr.replaceAll(/[.:/]/g, '-'), { value: JSON.stringify(value) });
}

const peer = (ip: string, asNumber: number): SeedObject =>
  instance('GlobalBgpPeer', ip.replaceAll(/[.:]/g, '-'), { asNumber });

function policy(name: string, order: number, selector: string, ports: readonly number[]): SeedObject {
  const ingress = [{ action: 'allow', protocol: 'tcp', destination: { ports } }];
  return instance('SystemNetworkPolicy', name, { order, selector, ingress, egress: [{ action: 'allow' }] });
}

/** Objects of all five kinds. */
export const OLD_OBJECTS: readonly SeedObject[] = [
  ...settings('GlobalConfig', FELIX),
  ...settings('GlobalBgpConfig', BGP),
  pool('10.64.0.0/16', 'always'),
  pool('10.65.0.0/16', 'cross-subnet'),
  pool('10.66.0.0/16'),
  pool('10.67.0.0/16', '', true),
  pool('10.68.0.0/17', 'always'),
  pool('fd80:24e2:f998:72d6::/64'),
  pool('fd80:24e2:f998:72d7::/64'),
  peer('192.0.2.1', 64_513),
  peer('192.0.2.2', 64_513),
  peer('192.0.2.3', 4_200_000_002),
  peer('2001:db8::179', 4_200_000_001),
  peer('2001:db8::180', 4_200_000_001),
  policy('allow-dns', 10, "k8s-app == 'kube-dns'", [53]),
  policy('allow-metrics', 20, 'has(metrics)', [9090, 9100]),
  policy('allow-web', 30, "tier == 'web'", [80, 443]),
  policy('allow-database', 40, "tier == 'database'", [5432]),
  policy('allow-queue', 50, "tier == 'queue'", [5672]),
  policy('allow-ssh', 60, "role == 'bastion'", [22]),
  instance(
    'GlobalConfig',
    'logseverityscreen',
    { name: 'LogSeverityScreen', value: 'debug' },
    OTHER_NAMESPACE,
  ),
];

const peerKey = (ip: string): string => `peer.bgp.projectcalico.org/${ip.replaceAll(/[.:]/g, '-')}`;

const ownPeer = (ip: string, as_num: string): Record<string, string> => ({
  [peerKey(ip)]: JSON.stringify({ ip, as_num }),
});

/** BGP peers of nodes; 2.5 looks for those with IPv6 addresses under another key. */
const NODE_PEERS: readonly Readonly<Record<string, string>>[] = [
  {},
  ownPeer('198.51.100.7', '65001'),
  ownPeer('2001:db8::7', '65002'),
  { ...ownPeer('198.51.100.9', '65001'), ...ownPeer('2001:db8::9', '65002') },
  {},
];

/** What calico-node and its operators write on the Node of a number, by which it has BGP peers of its own or not. */
export function nodeAnnotations(number: number, address: string): Readonly<Record<string, string>> {
  return {
    'projectcalico.org/IPv4Address': `${address}/24`,
    'projectcalico.org/ASNumber': '64512',
    ...NODE_PEERS[number],
  };
}

/** Nodes for a control plane without real ones. */
export const OLD_NODES = NODE_PEERS.map((_, number) => ({
  name: `node-${number}`,
  annotations: nodeAnnotations(number, `172.18.0.1${number}`),
}));
