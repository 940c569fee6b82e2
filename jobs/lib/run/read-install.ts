import { type CalicoInstall, calicoInstall } from '../calico/calico-install.ts';
import { CALICO_NAMESPACE } from '../calico/tpr-kinds.ts';
import { type Access, rights } from '../kubernetes/access.ts';
import { CONFIG_MAPS, PODS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { list } from '../kubernetes/list.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { get } from '../kubernetes/write.ts';

/** ConfigMaps from which a hosted install gives calico-node its environment. */
export const CALICO_CONFIG_MAPS = ['calico-config', 'canal-config'] as const;

/** The rights that `readInstall` uses. */
export function installAccess(daemonSets: Resource | undefined): readonly Access[] {
  const system = { namespace: CALICO_NAMESPACE };
  return [
    ...(daemonSets ? rights(daemonSets, ['list'], system) : []),
    ...rights(PODS, ['list'], system),
    ...CALICO_CONFIG_MAPS.flatMap(name => rights(CONFIG_MAPS, ['get'], { ...system, name })),
  ];
}

/**
 * Reads how Calico runs in this cluster: DaemonSet, its pods, and the ConfigMaps that give them their environment.
 * `daemonSets` is the form of DaemonSets that the server has.
 */
export async function readInstall(
  client: KubeClient,
  daemonSets: Resource | undefined,
): Promise<CalicoInstall> {
  const namespace = CALICO_NAMESPACE;
  const [found, configMaps] = await Promise.all([
    daemonSets ? list(client, daemonSets, { namespace }) : [],
    Promise.all(CALICO_CONFIG_MAPS.map(name => get(client, CONFIG_MAPS, name, namespace))),
  ]);
  const daemonSet = found?.find(({ metadata }) => ['calico-node', 'canal'].includes(metadata.name));
  const labelSelector = podSelector(daemonSet);
  const pods = await list(client, PODS, { namespace, labelSelector, pick: imagesOnly });
  return calicoInstall({
    daemonSet,
    pods: pods ?? [],
    configMaps: configMaps.filter(configMap => configMap !== undefined),
  });
}

/** The pods of the DaemonSet; without one, those that carry the label of the hosted installs. */
function podSelector(daemonSet: KubeObject | undefined): string {
  const spec = isRecord(daemonSet?.spec) ? daemonSet.spec : {};
  const selector = isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  return labels.length > 0
    ? labels.map(([key, value]) => `${key}=${String(value)}`).join(',')
    : 'k8s-app in (calico-node, canal)';
}

function imagesOnly({ metadata, spec }: KubeObject): KubeObject {
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  return {
    metadata: { name: metadata.name },
    spec: { containers: containers.map(({ name, image }) => ({ name, image })) },
  };
}
