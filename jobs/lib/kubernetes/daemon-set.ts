import { CONFIG_MAPS, PODS } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { list } from './list.ts';
import { isRecord, type KubeObject } from './object.ts';
import type { Resource } from './resource.ts';
import { get } from './write.ts';

/** Where a program that runs on every node is looked for. */
export interface DaemonSetPlace {
  readonly namespace: string;
  /** Names that its DaemonSet may have; the first one listed counts. */
  readonly names: readonly string[];
  /** The label selector of its pods where there is no DaemonSet. */
  readonly podSelector: string;
  /** ConfigMaps that give it its environment. */
  readonly configMaps: readonly string[];
}

/** What was found; each part may be missing. */
export interface FoundDaemonSet {
  readonly daemonSet: KubeObject | undefined;
  /** Of each pod its name, and names and images of its containers. */
  readonly pods: readonly KubeObject[];
  readonly configMaps: readonly KubeObject[];
}

/** Reads a DaemonSet (`daemonSets` is the form that the server has), its pods and its ConfigMaps. */
export async function readDaemonSet(
  client: KubeClient,
  daemonSets: Resource | undefined,
  { namespace, names, podSelector, configMaps }: DaemonSetPlace,
): Promise<FoundDaemonSet> {
  const [found, maps] = await Promise.all([
    daemonSets ? list(client, daemonSets, { namespace }) : [],
    Promise.all(configMaps.map(name => get(client, CONFIG_MAPS, name, namespace))),
  ]);
  const daemonSet = found?.find(({ metadata }) => names.includes(metadata.name));
  const labelSelector = selectorOf(daemonSet) ?? podSelector;
  const pods = await list(client, PODS, { namespace, labelSelector, pick: imagesOnly });
  return { daemonSet, pods: pods ?? [], configMaps: maps.filter(map => map !== undefined) };
}

/** The label selector of a DaemonSet's pods, as a query has it. */
function selectorOf(daemonSet: KubeObject | undefined): string | undefined {
  const spec = isRecord(daemonSet?.spec) ? daemonSet.spec : {};
  const selector = isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  return labels.length > 0 ? labels.map(([key, value]) => `${key}=${String(value)}`).join(',') : undefined;
}

/** A pod's name and its containers' names and images. */
export function imagesOnly({ metadata, spec }: KubeObject): KubeObject {
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  return {
    metadata: { name: metadata.name },
    spec: { containers: containers.map(({ name, image }) => ({ name, image })) },
  };
}
