import { CONFIG_MAPS, DAEMON_SETS, SERVICE_ACCOUNTS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';

/** Tags of the images of each release (components-upgrade reference, section 1). */
const TAGS = {
  '2.2.1': { node: 'v1.2.1', cni: 'v1.8.3' },
  '2.3.0': { node: 'v1.3.0', cni: 'v1.9.1' },
  '2.4.1': { node: 'v2.4.1', cni: 'v1.10.0' },
  '2.5.1': { node: 'v2.5.1', cni: 'v1.10.0' },
  '2.6.2': { node: 'v2.6.2', cni: 'v1.11.0' },
  '2.6.12': { node: 'v2.6.12', cni: 'v1.11.8' },
  '3.0.1': { node: 'v3.0.1', cni: 'v2.0.0' },
  '3.0.12': { node: 'v3.0.12', cni: 'v3.0.12' },
} as const;

export type HostedRelease = keyof typeof TAGS;

export interface HostedCalico {
  readonly release: HostedRelease;
  /** Without it, Kubernetes. */
  readonly datastore?: 'kubernetes' | 'etcd';
  /** Without it, quay.io. */
  readonly registry?: string;
  /** Of etcd; without it, that of the kubeadm manifest. */
  readonly etcdEndpoints?: string;
  /** OnDelete without it, as the manifests of 2.x have it. */
  readonly updateStrategy?: 'OnDelete' | 'RollingUpdate';
  /** Further variables of calico-node. */
  readonly env?: Readonly<Record<string, string>>;
}

const NAMESPACE = 'kube-system';
const NAME = 'calico-node';

/** The images of a release's pods, in the order of their containers. */
export function hostedImages(release: HostedRelease, registry = 'quay.io'): readonly [string, string] {
  const { node, cni } = TAGS[release];
  return [`${registry}/calico/node:${node}`, `${registry}/calico/cni:${cni}`];
}

/** Creates the service account, ConfigMap and DaemonSet of a hosted install (same reference, section 2). */
export async function installHostedCalico(client: KubeClient, calico: HostedCalico): Promise<void> {
  const [daemonSets] = DAEMON_SETS;
  if (!daemonSets) throw new Error('no form of DaemonSets');
  const objects: readonly (readonly [Resource, KubeObject])[] = [
    [SERVICE_ACCOUNTS, { metadata: { name: NAME, namespace: NAMESPACE } }],
    [CONFIG_MAPS, hostedConfigMap(calico)],
    [daemonSets, hostedDaemonSet(calico)],
  ];
  for (const [resource, object] of objects) {
    const { created } = await create(client, resource, object, NAMESPACE);
    if (!created) throw new Error(`${resource.kind} ${object.metadata.name} exists`);
  }
}

/** `calico-config`. */
export function hostedConfigMap({
  datastore,
  etcdEndpoints = 'http://10.96.232.136:6666',
}: HostedCalico): KubeObject {
  const network = { name: 'k8s-pod-network', cniVersion: '0.1.0', type: 'calico' };
  const data =
    datastore === 'etcd'
      ? {
          ...{
            etcd_endpoints: etcdEndpoints,
            calico_backend: 'bird',
            etcd_ca: '',
            etcd_cert: '',
            etcd_key: '',
          },
          cni_network_config: JSON.stringify({ ...network, etcd_endpoints: etcdEndpoints }),
        }
      : { cni_network_config: JSON.stringify({ ...network, datastore_type: 'kubernetes' }) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'calico-config', namespace: NAMESPACE },
    data,
  };
}

/** `calico-node`, with its containers calico-node and install-cni. */
export function hostedDaemonSet(calico: HostedCalico): KubeObject {
  const labels = { 'k8s-app': NAME };
  const template = { metadata: { labels }, spec: podSpec(calico) };
  const updateStrategy = { type: calico.updateStrategy ?? 'OnDelete' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: NAMESPACE, labels },
    spec: { selector: { matchLabels: labels }, updateStrategy, template },
  };
}

function podSpec(calico: HostedCalico) {
  const { release, registry } = calico;
  const [node, cni] = hostedImages(release, registry);
  const probe = (path: string) => ({ httpGet: { path, port: 9099 }, periodSeconds: 10 });
  return {
    hostNetwork: true,
    serviceAccountName: NAME,
    tolerations: [{ operator: 'Exists' }],
    ...(release.startsWith('3.') && { terminationGracePeriodSeconds: 0 }),
    containers: [
      {
        ...{ name: 'calico-node', image: node, env: nodeEnvironment(calico) },
        securityContext: { privileged: true },
        livenessProbe: { ...probe('/liveness'), initialDelaySeconds: 10, failureThreshold: 6 },
        readinessProbe: probe('/readiness'),
        volumeMounts: [{ name: 'var-run-calico', mountPath: '/var/run/calico' }],
      },
      {
        ...{ name: 'install-cni', image: cni, command: ['/install-cni.sh'] },
        env: [fromConfig('CNI_NETWORK_CONFIG', 'cni_network_config')],
        volumeMounts: [{ name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' }],
      },
    ],
    volumes: [
      { name: 'var-run-calico', hostPath: { path: '/var/run/calico' } },
      { name: 'cni-net-dir', hostPath: { path: '/etc/cni/net.d' } },
    ],
  };
}

function nodeEnvironment({ release, datastore, env = {} }: HostedCalico) {
  const early = ['2.2.1', '2.3.0', '2.4.1'].includes(release);
  const values = {
    CLUSTER_TYPE: early ? 'k8s' : 'k8s,bgp',
    FELIX_HEALTHENABLED: 'true',
    CALICO_IPV4POOL_CIDR: '192.168.0.0/16',
    ...env,
  };
  const store =
    datastore === 'etcd'
      ? [
          fromConfig('ETCD_ENDPOINTS', 'etcd_endpoints'),
          fromConfig('CALICO_NETWORKING_BACKEND', 'calico_backend'),
        ]
      : [
          { name: 'DATASTORE_TYPE', value: 'kubernetes' },
          { name: 'WAIT_FOR_DATASTORE', value: 'true' },
          { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ];
  return [...store, ...Object.entries(values).map(([name, value]) => ({ name, value }))];
}

function fromConfig(name: string, key: string) {
  return { name, valueFrom: { configMapKeyRef: { name: 'calico-config', key } } };
}
