import { imagesOf, type ReleaseImages } from '../../../controller/target/releases.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';

/** What a hosted install of Calico has in kube-system, as an API server shows it. */
export interface HostedInstall {
  readonly daemonSet: KubeObject;
  readonly configMap: KubeObject;
  readonly controllers: readonly KubeObject[];
}

const NAMESPACE = 'kube-system';

export interface EnvVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: Readonly<Record<string, unknown>>;
}

export const value = (name: string, text: string): EnvVariable => ({ name, value: text });

export const fromConfig = (name: string, key: string, configMap = 'calico-config'): EnvVariable => ({
  name,
  valueFrom: { configMapKeyRef: { name: configMap, key } },
});

export const nodeName = (name: string): EnvVariable => ({
  name,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } },
});

/** Throws where the table of releases does not have it. */
export function releaseImages(release: string): ReleaseImages {
  const images = imagesOf(release);
  if (!images) throw new Error(`no images of ${release}`);
  return images;
}

export const configMap = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE },
  data,
});

export interface WorkloadParts {
  readonly kind: 'DaemonSet' | 'Deployment' | 'ReplicaSet';
  readonly name: string;
  /** The value of the label k8s-app. */
  readonly label: string;
  readonly serviceAccount: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly pod: Readonly<Record<string, unknown>>;
}

/** A workload on the host's network, which runs everywhere. */
export function workload({ kind, name, label, serviceAccount, spec, pod }: WorkloadParts): KubeObject {
  const labels = { 'k8s-app': label };
  const template = {
    metadata: {
      labels,
      annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' },
    },
    spec: {
      hostNetwork: true,
      serviceAccount,
      serviceAccountName: serviceAccount,
      tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
      ...pod,
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: NAMESPACE, labels },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

const hostPath = (name: string, path: string) => ({ name, hostPath: { path } });

/** The volumes of the CNI plugin and of Felix. */
export const NODE_VOLUMES = [
  hostPath('lib-modules', '/lib/modules'),
  hostPath('var-run-calico', '/var/run/calico'),
  hostPath('cni-bin-dir', '/opt/cni/bin'),
  hostPath('cni-net-dir', '/etc/cni/net.d'),
];

const mount = (name: string, mountPath: string) => ({ name, mountPath });

export const nodeContainer = (image: string, env: readonly EnvVariable[]) => ({
  name: 'calico-node',
  image,
  env,
  securityContext: { privileged: true },
  resources: { requests: { cpu: '250m' } },
  volumeMounts: [mount('lib-modules', '/lib/modules'), mount('var-run-calico', '/var/run/calico')],
});

export const cniContainer = (image: string, env: readonly EnvVariable[]) => ({
  name: 'install-cni',
  image,
  command: ['/install-cni.sh'],
  env,
  volumeMounts: [mount('cni-bin-dir', '/host/opt/cni/bin'), mount('cni-net-dir', '/host/etc/cni/net.d')],
});
