import { TPR_KINDS, type TprKind } from '../../../jobs/lib/calico/tpr-kinds.ts';
import type { SeedObject } from '../../cluster/seed.ts';
import { etcdWriter, putAll } from '../lib/etcd/seed.ts';

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
  const { group, plural } = kindNamed(kind).tpr;
  return { plural, object: { apiVersion: `${group}/v1`, kind, metadata: { name, namespace }, spec } };
}

function kindNamed(kind: unknown): TprKind {
  const found = TPR_KINDS.find(candidate => candidate.tpr.kind === kind);
  if (!found) throw new RangeError(String(kind));
  return found;
}

/** Writes the five ThirdPartyResources and objects of them as Kubernetes 1.7 left them in etcd, in its JSON encoding. */
export async function storeObjects(endpoint: string, objects: readonly SeedObject[]): Promise<void> {
  const writer = etcdWriter(endpoint);
  try {
    await putAll(writer, [...TPR_KINDS.map(storedDefinition), ...objects.map(storedInstance)]);
  } finally {
    writer.close();
  }
}

function storedDefinition({ tprName, description }: TprKind): [string, Buffer] {
  const metadata = serverMetadata({ name: tprName });
  const stored = {
    kind: 'ThirdPartyResource',
    ...EXTENSIONS,
    metadata,
    description,
    versions: [{ name: 'v1' }],
  };
  return [`/registry/thirdpartyresources/${tprName}`, jsonOf(stored)];
}

function storedInstance({ object }: SeedObject): [string, Buffer] {
  const { tpr: resource, storedPlural } = kindNamed(object.kind);
  const { name, namespace } = object.metadata;
  const metadata = serverMetadata({ name, namespace });
  const data = jsonOf({ ...object, metadata: { name } }).toString('base64');
  const stored = { kind: 'ThirdPartyResourceData', ...EXTENSIONS, metadata, data };
  const key = `/registry/ThirdPartyResourceData/${resource.group}/${storedPlural}/${namespace}/${name}`;
  return [key, jsonOf(stored)];
}

const EXTENSIONS = { apiVersion: 'extensions/v1beta1' };

const serverMetadata = (metadata: Record<string, unknown>) => ({
  ...metadata,
  uid: `uid-${String(metadata.name)}`,
  creationTimestamp: '2017-09-01T10:00:00Z',
});

const jsonOf = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
