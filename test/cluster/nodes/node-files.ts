import { dump } from 'js-yaml';
import type { KeyPair } from '../certs.ts';
import type { ClusterNode } from './plan.ts';

/** What a node's own files say. */
export interface NodeSettings {
  readonly node: ClusterNode;
  /** `address:port`. */
  readonly registry: string;
  readonly pauseImage: string;
  /** The path of its cgroups in each hierarchy. */
  readonly cgroup: string;
  /** Path of the certificate of the authority that signs the API server's client certificate. */
  readonly ca: string;
  readonly keys: KeyPair;
}

/** The files of a node below /etc that this machine does not have, by their path. */
export function nodeFiles(settings: NodeSettings): Record<string, string> {
  const { node, registry, pauseImage } = settings;
  return {
    'containerd/config.toml': containerdConfig(pauseImage),
    [`containerd/certs.d/${registry}/hosts.toml`]: registryConfig(registry),
    'cni/net.d/10-bridge.conflist': JSON.stringify(networkConfig(node.podCidr)),
    'kubernetes/kubelet.yaml': dump(kubeletConfig(settings)),
  };
}

function containerdConfig(pauseImage: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true # root in a container often may not lower it
  disable_apparmor = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`;
}

/** Lets containerd use plain HTTP. */
function registryConfig(registry: string): string {
  return `server = "http://${registry}"
[host."http://${registry}"]
  capabilities = ["pull", "resolve"]
`;
}

function networkConfig(podCidr: string) {
  const ipam = { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  return { cniVersion: '0.3.1', name: 'pods', plugins: [bridge] };
}

function kubeletConfig({ node, cgroup, ca, keys }: NodeSettings) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    readOnlyPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: ca },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: keys.cert,
    tlsPrivateKeyFile: keys.key,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    enforceNodeAllocatable: ['pods'],
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    resolvConf: '',
    oomScoreAdj: 0,
    // All nodes see the whole disk and memory of this machine, which need not be theirs alone.
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '2s',
    nodeStatusReportFrequency: '10s',
    serializeImagePulls: false,
  };
}
