import { isAtLeast } from '../../../jobs/lib/calico/calico-version.ts';
import {
  cniContainer,
  configMap,
  fromConfig,
  type HostedInstall,
  NODE_VOLUMES,
  nodeContainer,
  nodeName,
  releaseImages,
  value,
  workload,
} from './install.ts';

const CNI_CONFIG = '{"name": "k8s-pod-network", "type": "calico", "datastore_type": "kubernetes"}';

/** kubernetes-datastore/calico-networking (components reference, section 2.2). */
export function hostedKdd(release: string): HostedInstall {
  const { node, cni } = releaseImages(release);
  const env = [
    value('DATASTORE_TYPE', 'kubernetes'),
    value('CLUSTER_TYPE', isAtLeast(release, '2.5.0') ? 'k8s,bgp' : 'k8s'),
    value('FELIX_DEFAULTENDPOINTTOHOSTACTION', 'ACCEPT'),
    value('FELIX_IPINIPENABLED', 'true'),
    value('WAIT_FOR_DATASTORE', 'true'),
    value('CALICO_IPV4POOL_CIDR', '192.168.0.0/16'),
    nodeName('NODENAME'),
    { name: 'IP' },
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
          cniContainer(cni, [
            fromConfig('CNI_NETWORK_CONFIG', 'cni_network_config'),
            nodeName('KUBERNETES_NODE_NAME'),
          ]),
        ],
        volumes: NODE_VOLUMES,
      },
    }),
    configMap: configMap('calico-config', { cni_network_config: CNI_CONFIG }),
    controllers: [],
  };
}

/** Canal for Kubernetes 1.6 or 1.7 (components reference, section 2.3). */
export function hostedCanal(file: '1.6' | '1.7'): HostedInstall {
  const { node, cni } = releaseImages(file === '1.6' ? '2.4.1' : '2.6.2');
  const env = [
    value('DATASTORE_TYPE', 'kubernetes'),
    value('CALICO_NETWORKING_BACKEND', 'none'),
    value('CLUSTER_TYPE', 'k8s,canal'),
    value('FELIX_IPTABLESREFRESHINTERVAL', '60'),
    value('WAIT_FOR_DATASTORE', 'true'),
    nodeName('NODENAME'),
  ];
  const cniEnv = [
    value('CNI_CONF_NAME', '10-calico.conflist'),
    fromConfig('CNI_NETWORK_CONFIG', 'cni_network_config', 'canal-config'),
  ];
  const flannel = {
    name: 'kube-flannel',
    image: 'quay.io/coreos/flannel:v0.9.1',
    command: ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr'],
    securityContext: { privileged: true },
    env: [fromConfig('FLANNELD_IFACE', 'canal_iface', 'canal-config')],
  };
  return {
    daemonSet: workload({
      kind: 'DaemonSet',
      name: 'canal',
      label: 'canal',
      serviceAccount: 'canal',
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } },
      pod: {
        containers: [nodeContainer(node, env), cniContainer(cni, cniEnv), flannel],
        volumes: NODE_VOLUMES,
        ...(file === '1.7' && { terminationGracePeriodSeconds: 0 }),
      },
    }),
    configMap: configMap('canal-config', {
      canal_iface: '',
      masquerade: 'true',
      cni_network_config: CNI_CONFIG,
      'net-conf.json': '{"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan"}}',
    }),
    controllers: [],
  };
}
