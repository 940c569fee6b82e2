import { CONFIG_MAPS, PODS } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { list } from './list.ts';
import { isRecord, type KubeObject } from './object.ts';
import type { Resource } from './resource.ts';
import { get } from './write.ts';

/** Where to look for a DaemonSet that may have one of several names. */
export interface DaemonSetPlace {
  readonly namespace: string;
  readonly names: readonly string[];
  /** Selects the pods where there is no such DaemonSet, or it selects none. */
  readonly podLabels: string;
  /** Names of ConfigMaps that its pods may take variables from. */
  readonly configMaps: readonly string[];
}

/** A DaemonSet with what belongs to it. */
export interface DaemonSetParts {
  readonly daemonSet: KubeObject | undefined;
  /** Each with the names and images of its containers only. */
  readonly pods: readonly KubeObject[];
  /** Those of the ConfigMaps that exist. */
  readonly configMaps: readonly KubeObject[];
}

/** Reads a DaemonSet, its pods and its ConfigMaps; `api` is the form of DaemonSets that this server has. */
export async function readDaemonSet(
  client: KubeClient,
  api: Resource | undefined,
  { namespace, names, podLabels, configMaps: configMapNames }: DaemonSetPlace,
): Promise<DaemonSetParts> {
  const [daemonSets, configMaps] = await Promise.all([
    api ? list(client, api, { namespace }) : [],
    Promise.all(configMapNames.map(name => get(client, CONFIG_MAPS, name, namespace))),
  ]);
  const daemonSet = daemonSets?.find(({ metadata }) => names.includes(metadata.name));
  const labelSelector = podSelector(daemonSet) || podLabels;
  const pods = await list(client, PODS, { namespace, labelSelector, pick: imagesOnly });
  return {
    daemonSet,
    pods: pods ?? [],
    configMaps: configMaps.filter(configMap => configMap !== undefined),
  };
}

/** The labels by which a DaemonSet selects its pods; '' where it names none. */
function podSelector(daemonSet: KubeObject | undefined): string {
  const spec = isRecord(daemonSet?.spec) ? daemonSet.spec : {};
  const selector = isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  return labels.map(([key, value]) => `${key}=${String(value)}`).join(',');
}

function imagesOnly({ metadata, spec }: KubeObject): KubeObject {
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  return {
    metadata: { name: metadata.name },
    spec: { containers: containers.map(({ name, image }) => ({ name, image })) },
  };
}
