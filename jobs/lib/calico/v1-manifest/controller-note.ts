import type { Unit } from '../v1/unit.ts';

/**
 * Why an object is not for people to apply: one that a controller makes. It is converted all the same, as by
 * calicoctl 3 (conversion reference, section 2).
 */
export function controllerNote({ kind, parts }: Unit): string | undefined {
  const { name = '', orchestrator } = parts;
  if (kind === 'Policy' && name.startsWith('knp.default.')) {
    return "is made from a NetworkPolicy of Kubernetes, and Calico 3's kube-controllers makes it anew in its namespace: do not apply it";
  }
  if (kind === 'Profile' && name.startsWith('k8s_ns.')) {
    return "is made from a namespace of Kubernetes, and Calico 3's kube-controllers makes it anew: do not apply it";
  }
  if ((kind === 'Profile' && name.startsWith('openstack-sg-')) || orchestrator === 'openstack') {
    return 'is made by networking-calico, which makes it anew for Calico 3: do not apply it';
  }
  return undefined;
}
