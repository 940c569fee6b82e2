import type { ConfigMaps, Variable } from './container-env.ts';

export type Datastore = 'kubernetes' | 'etcd' | 'unknown';

const CONFIG_MAPS = ['calico-config', 'canal-config'];

/**
 * Where Calico keeps its data, by DATASTORE_TYPE of calico-node (absent means etcd), and without a DaemonSet
 * (`variables` undefined) by the ConfigMap alone (tpr-to-crd reference, section 5).
 */
export function datastoreOf(
  variables: ReadonlyMap<string, Variable> | undefined,
  configMaps: ConfigMaps,
): Datastore {
  const hint = configMapHint(configMaps);
  if (variables === undefined) return hint;
  const type = variables.get('DATASTORE_TYPE');
  if (type !== undefined && type.value === undefined) return hint;
  if (type?.value) return datastoreOfType(type.value);
  const endpoints = variables.has('ETCD_ENDPOINTS') || variables.has('ETCD_AUTHORITY');
  // A CNI plugin that goes by the Kubernetes API beside a node that names no datastore: somebody has to look.
  return hint === 'kubernetes' && !endpoints ? 'unknown' : 'etcd';
}

function datastoreOfType(type: string): Datastore {
  if (type === 'kubernetes') return 'kubernetes';
  return type.startsWith('etcd') ? 'etcd' : 'unknown';
}

function configMapHint(configMaps: ConfigMaps): Datastore {
  const data = CONFIG_MAPS.map(name => configMaps.get(name)).find(found => found !== undefined);
  if (data?.get('etcd_endpoints')) return 'etcd';
  const cni = data?.get('cni_network_config');
  // No JSON: it holds placeholders that are filled in on the node.
  const usesApi = typeof cni === 'string' && /"datastore_type"\s*:\s*"kubernetes"/.test(cni);
  return usesApi ? 'kubernetes' : 'unknown';
}
