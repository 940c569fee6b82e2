import { changeTemplate } from '../../../controller/target/pod-spec.ts';
import { isAtLeast } from '../../../jobs/lib/calico/calico-version.ts';
import { fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { hostedEtcd } from './etcd.ts';
import type { HostedInstall } from './install.ts';

/** hosted/kubeadm: its own etcd without TLS, and other names of accounts and labels (components reference, section 2.1). */
export function hostedKubeadm(release: string): HostedInstall {
  const { daemonSet, configMap, controllers } = hostedEtcd(release);
  const { calico_backend, cni_network_config } = fieldsOf(configMap.data);
  const data = { etcd_endpoints: 'http://10.96.232.136:6666', calico_backend, cni_network_config };
  return {
    daemonSet: changeTemplate(daemonSet, ({ metadata, spec }) => ({
      metadata,
      spec: {
        ...fieldsOf(spec),
        serviceAccount: 'calico-cni-plugin',
        serviceAccountName: 'calico-cni-plugin',
      },
    })),
    configMap: { ...configMap, data },
    controllers: controllers.map(one =>
      one.metadata.name === 'calico-policy-controller' && !isAtLeast(release, '2.6.0')
        ? withPodLabel(one)
        : one,
    ),
  };
}

/** The label of the pods is not that of the Deployment. */
function withPodLabel(deployment: KubeObject): KubeObject {
  const labels = { 'k8s-app': 'calico-policy-controller' };
  const labelled = changeTemplate(deployment, ({ metadata, spec }) => ({
    metadata: { ...fieldsOf(metadata), labels },
    spec,
  }));
  return { ...labelled, spec: { ...fieldsOf(labelled.spec), selector: { matchLabels: labels } } };
}
