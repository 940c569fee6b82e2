import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import type { SeedObject } from '../../cluster/seed.ts';

const POOL = {
  cidr: '10.64.0.0/16',
  ipip: 'tunl0',
  ipip_mode: 'always',
  masquerade: true,
  ipam: true,
  disabled: false,
};

const RULE = { action: 'allow', protocol: 'udp', destination: { ports: [53] } };

/** One or two objects of each kind, and one where Calico never looks. */
export const FAULT_TPRS: readonly SeedObject[] = [
  tpr('GlobalConfig', 'clusterguid', { name: 'ClusterGUID', value: '5ac8a29cf7d24e0b8c0ff5cf3d1e9b77' }),
  tpr('GlobalConfig', 'logseverityscreen', { name: 'LogSeverityScreen', value: 'info' }),
  tpr('GlobalBgpConfig', 'asnumber', { name: 'AsNumber', value: '64512' }),
  tpr('IpPool', '10-64-0-0-16', { value: JSON.stringify(POOL) }),
  tpr('GlobalBgpPeer', '2001-db8--179', { asNumber: 64513 }),
  tpr('SystemNetworkPolicy', 'allow-dns', { order: 10, selector: "k8s-app == 'dns'", ingress: [RULE] }),
  tpr('GlobalConfig', 'ipinipenabled', { name: 'IpInIpEnabled', value: 'true' }, 'elsewhere'),
];

/** More than one ConfigMap of a backup holds; never copied. */
export const LARGE_TPR = tpr(
  'GlobalConfig',
  'large',
  { name: 'Large', value: 'x'.repeat(700 * 1024) },
  'elsewhere',
);

/** Nodes with peers that 2.5 looks for under another key (IPv6), and one that keeps its key. */
export const FAULT_NODES = [
  { name: 'node-0', annotations: { ...peer('198-51-100-7', '198.51.100.7'), ...peer('fd00--7', 'fd00::7') } },
  { name: 'node-1', annotations: peer('fd00--8', 'fd00::8') },
];

function peer(name: string, ip: string): Readonly<Record<string, string>> {
  return { [`peer.bgp.projectcalico.org/${name}`]: JSON.stringify({ ip, as_num: '65001' }) };
}

function tpr(kind: string, name: string, spec: unknown, namespace = 'kube-system'): SeedObject {
  const found = TPR_KINDS.find(candidate => candidate.tpr.kind === kind);
  if (!found) throw new RangeError(kind);
  const { group, plural } = found.tpr;
  return { plural, object: { apiVersion: `${group}/v1`, kind, metadata: { name, namespace }, spec } };
}
