import { isAtLeast } from '../../../jobs/lib/calico/calico-version.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import {
  cniContainer,
  configMap,
  fromConfig,
  type HostedInstall,
  NODE_VOLUMES,
  nodeContainer,
  releaseImages,
  value,
  workload,
} from './install.ts';

const TLS = [
  fromConfig('ETCD_CA_CERT_FILE', 'etcd_ca'),
  fromConfig('ETCD_KEY_FILE', 'etcd_key'),
  fromConfig('ETCD_CERT_FILE', 'etcd_cert'),
];

const ENDPOINTS = fromConfig('ETCD_ENDPOINTS', 'etcd_endpoints');

const SECRETS = { name: 'etcd-certs', secret: { secretName: 'calico-etcd-secrets' } };
const SECRETS_MOUNT = { name: 'etcd-certs', mountPath: '/calico-secrets' };

/** hosted/calico.yaml: etcd of the cluster's owner (components reference, section 2.1). */
export function hostedEtcd(release: string): HostedInstall {
  const { node, cni } = releaseImages(release);
  const clusterType = isAtLeast(release, '2.5.0') ? 'k8s,bgp' : 'k8s';
  const env = [
    ENDPOINTS,
    fromConfig('CALICO_NETWORKING_BACKEND', 'calico_backend'),
    ...(isAtLeast(release, '2.4.0') ? [value('CLUSTER_TYPE', clusterType)] : []),
    value('CALICO_IPV4POOL_CIDR', '192.168.0.0/16'),
    value('CALICO_IPV4POOL_IPIP', 'always'),
    ...(isAtLeast(release, '2.4.0') ? [value('FELIX_HEALTHENABLED', 'true')] : []),
    ...TLS,
  ];
  return {
    daemonSet: workload({
      kind: 'DaemonSet',
      name: 'calico-node',
      label: 'calico-node',
      serviceAccount: 'calico-node',
      spec: { updateStrategy: { type: 'OnDelete' } },
      pod: {
        containers: [
          nodeContainer(node, env),
          cniContainer(cni, [ENDPOINTS, fromConfig('CNI_NETWORK_CONFIG', 'cni_network_config')]),
        ],
        volumes: [...NODE_VOLUMES, SECRETS],
      },
    }),
    configMap: configMap('calico-config', {
      etcd_endpoints: 'https://10.96.232.136:2379',
      calico_backend: 'bird',
      cni_network_config:
        '{"name": "k8s-pod-network", "type": "calico", "etcd_endpoints": "__ETCD_ENDPOINTS__"}',
      etcd_ca: '/calico-secrets/etcd-ca',
      etcd_cert: '/calico-secrets/etcd-cert',
      etcd_key: '/calico-secrets/etcd-key',
    }),
    controllers: isAtLeast(release, '2.6.0')
      ? [kubeControllers(release), policyController(release)]
      : [policyController(release)],
  };
}

const ONE = { replicas: 1, strategy: { type: 'Recreate' } };

/** The controller of before 2.6; from then on the same without replicas, so that it goes. */
export function policyController(release: string): KubeObject {
  const isStub = isAtLeast(release, '2.6.0');
  const old = [value('K8S_API', 'https://kubernetes.default:443'), value('CONFIGURE_ETC_HOSTS', 'true')];
  return workload({
    kind: 'Deployment',
    name: 'calico-policy-controller',
    label: 'calico-policy',
    serviceAccount: isStub ? 'calico-kube-controllers' : 'calico-policy-controller',
    spec: { ...ONE, replicas: isStub ? 0 : 1 },
    pod: controllerPod('calico-policy-controller', release, isStub ? [] : old),
  });
}

function kubeControllers(release: string): KubeObject {
  return workload({
    kind: 'Deployment',
    name: 'calico-kube-controllers',
    label: 'calico-kube-controllers',
    serviceAccount: 'calico-kube-controllers',
    spec: ONE,
    pod: controllerPod('calico-kube-controllers', release, []),
  });
}

const controllerPod = (name: string, release: string, env: readonly object[]) => ({
  containers: [
    {
      name,
      image: releaseImages(release).kubeControllers,
      env: [ENDPOINTS, ...TLS, ...env],
      volumeMounts: [SECRETS_MOUNT],
    },
  ],
  volumes: [SECRETS],
});
