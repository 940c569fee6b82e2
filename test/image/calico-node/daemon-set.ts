import type { ClusterNode } from '../../cluster/nodes/plan.ts';

export interface CalicoNodeSettings {
  readonly image: string;
  readonly nodes: readonly ClusterNode[];
  /** Further variables of entry.sh, which explains them. */
  readonly env?: Readonly<Partial<Record<'GR_TIME' | 'START_DELAY' | 'TERM_MODE', string>>>;
  /** Whether Ready says nothing of BGP, as before Calico 3.2; without it every session has to be Established. */
  readonly isReadyWithoutBgp?: boolean;
}

const labels = { 'k8s-app': 'calico-node' };

/** The DaemonSet of Calico's manifests, as far as the stand-in needs it; every node needs to be known. */
export function calicoNodeDaemonSet(settings: CalicoNodeSettings) {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'OnDelete' },
      template: { metadata: { labels }, spec: podSpec(settings) },
    },
  };
}

function podSpec(settings: CalicoNodeSettings) {
  return {
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'calico-node',
        image: settings.image,
        securityContext: { privileged: true },
        env: environment(settings),
        readinessProbe: {
          exec: { command: [settings.isReadyWithoutBgp ? 'true' : '/ready.sh'] },
          ...{ periodSeconds: 1, timeoutSeconds: 5 },
        },
        volumeMounts: [{ name: 'var-run-calico', mountPath: '/var/run/calico' }],
      },
    ],
    volumes: [{ name: 'var-run-calico', hostPath: { path: '/var/run/calico' } }],
  };
}

function environment({ nodes, env = {} }: CalicoNodeSettings) {
  const values = {
    PEERS: nodes.map(({ address }) => address).join(),
    ROUTES: nodes.map(({ name, podCidr }) => `${name}=${podCidr}`).join(),
    ...env,
  };
  return [
    { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'NODE_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
  ];
}
