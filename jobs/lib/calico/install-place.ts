/** Namespace and names of Calico in its hosted installs, Canal among them. */
export const CALICO_PLACE = {
  namespace: 'kube-system',
  names: ['calico-node', 'canal'],
  podSelector: 'k8s-app in (calico-node, canal)',
  /** ConfigMaps from which a hosted install gives calico-node its environment. */
  configMaps: ['calico-config', 'canal-config'],
} as const;
