import {
  CRD_KINDS,
  GLOBAL_BGP_CONFIGS,
  GLOBAL_FELIX_CONFIGS,
  GLOBAL_NETWORK_POLICIES,
  NEW_IN_3_0,
} from '../../../jobs/lib/calico/crd-kinds.ts';
import { PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { type CrdKind, ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { apiVersionOf } from '../../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { seedNodes } from '../../cluster/seed.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { CRDS } from '../resources.ts';

/** An object of a CRD kind. */
export const crdObject = (
  crd: CrdKind,
  name: string,
  spec: unknown,
  metadata: Readonly<Record<string, unknown>> = {},
): KubeObject => ({ apiVersion: apiVersionOf(crd), kind: crd.kind, metadata: { name, ...metadata }, spec });

/** A GlobalFelixConfig, or with the kind given a GlobalBGPConfig. */
export const setting = (name: string, value: unknown, crd = GLOBAL_FELIX_CONFIGS): KubeObject =>
  crdObject(crd, name.toLowerCase(), { name, value });

export const GUID = '5ac8a29cf7d24e0b8c0ff5cf3d1e9b77';

/** The settings that nodes write themselves, and some of a user. */
export const FELIX = [
  setting('ClusterGUID', GUID),
  setting('ClusterType', 'k8s,bgp,KDD'),
  setting('CalicoVersion', 'v2.6.12'),
  setting('ReportingIntervalSecs', '0'),
  setting('LogSeverityScreen', 'info'),
  setting('IpInIpEnabled', 'true'),
  setting('DefaultEndpointToHostAction', 'RETURN'),
  setting('IptablesMarkMask', '0xff000000'),
];

export const BGP = [
  setting('AsNumber', '64512', GLOBAL_BGP_CONFIGS),
  setting('NodeMeshEnabled', 'false', GLOBAL_BGP_CONFIGS),
  setting('LogLevel', 'debug', GLOBAL_BGP_CONFIGS),
];

export const POLICY = crdObject(
  GLOBAL_NETWORK_POLICIES,
  'allow-dns',
  {
    order: 50,
    selector: "k8s-app == 'dns' && calico/k8s_ns == 'kube-system'",
    ingress: [
      { action: 'allow', protocol: 'udp', source: { nets: ['10.0.0.1/8'] }, destination: { ports: [53] } },
    ],
  },
  { labels: { team: 'net' } },
);

const peer = (name: string, ip: string, asNumber = '65001') => ({
  [`peer.bgp.projectcalico.org/${name}`]: JSON.stringify({ ip, as_num: asNumber }),
});

export const PEER_NODES = [
  {
    name: 'node-1',
    annotations: {
      ...peer('192-0-2-9', '192.0.2.9'),
      ...peer('fd00-0000-0000-0000-0000-0000-0000-0007', 'fd00::7'),
    },
  },
  { name: 'node-2', annotations: peer('192-0-2-9', '192.0.2.9', '65002') },
];

/** The kinds that Calico 2.6's manifests define. */
export const KINDS_OF_2_6 = CRD_KINDS.filter(crd => !NEW_IN_3_0.includes(crd));

/** What a run makes of FELIX, BGP and PEER_NODES: the spec of each object. */
export const EXPECTED: Readonly<Record<string, unknown>> = {
  'FelixConfiguration default': {
    reportingInterval: '0s',
    logSeverityScreen: 'Info',
    ipipEnabled: true,
    defaultEndpointToHostAction: 'Return',
    iptablesMarkMask: 0xff000000,
  },
  'ClusterInformation default': {
    clusterGUID: GUID,
    clusterType: 'k8s,bgp,KDD',
    calicoVersion: 'v2.6.12',
    datastoreReady: true,
  },
  'BGPConfiguration default': { asNumber: 64512, nodeToNodeMeshEnabled: false, logSeverityScreen: 'Debug' },
  'BGPPeer node-1.192-0-2-9': { node: 'node-1', peerIP: '192.0.2.9', asNumber: 65001 },
  'BGPPeer node-1.fd00-0000-0000-0000-0000-0000-0000-0007': {
    node: 'node-1',
    peerIP: 'fd00::7',
    asNumber: 65001,
  },
  'BGPPeer node-2.192-0-2-9': { node: 'node-2', peerIP: '192.0.2.9', asNumber: 65002 },
};

/** Defines kinds as their manifest does. */
export async function defineKinds(client: KubeClient, kinds: readonly CrdKind[]): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await Promise.all(kinds.map(crd => ensureCrd(client, CRDS, crd, signal)));
}

/** Creates objects of the kinds of 2.5 to 3.0. */
export async function seed(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const crd = CRD_KINDS.find(({ kind }) => kind === object.kind);
    if (!crd) throw new RangeError(`no kind ${object.kind}`);
    const { created } = await create(client, crd, object);
    if (!created) throw new Error(`${object.kind} ${object.metadata.name} was there before it was seeded`);
  }
}

/** A pod of calico-node without the DaemonSet that makes it: nobody else changes it. */
async function seedNodePod(client: KubeClient, image: string): Promise<void> {
  const namespace = 'kube-system';
  const metadata = { name: 'calico-node-x7k2p', namespace, labels: { 'k8s-app': 'calico-node' } };
  const spec = { containers: [{ name: 'calico-node', image }], automountServiceAccountToken: false };
  await create(client, PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, namespace);
}

async function seedData(client: KubeClient): Promise<void> {
  await defineKinds(client, KINDS_OF_2_6);
  await seed(client, [...FELIX, ...BGP, POLICY]);
  await seedNodes(client, PEER_NODES);
}

/** A whole cluster of Calico 2.6. */
export async function seedOldCluster(
  client: KubeClient,
  image = 'quay.io/calico/node:v2.6.12',
): Promise<void> {
  await seedData(client);
  await create(client, ...calicoDaemonSet({ image }));
}

/** The same data, where every calico-node runs 3.0 already. */
export async function seedUpgradedCluster(client: KubeClient): Promise<void> {
  await seedData(client);
  await seedNodePod(client, 'quay.io/calico/node:v3.0.12');
}
