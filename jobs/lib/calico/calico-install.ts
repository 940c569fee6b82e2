import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { imageTag, releaseOfNodeImage } from './calico-version.ts';
import { type ConfigMaps, containersOf, environment } from './container-env.ts';
import { type Datastore, datastoreOf } from './datastore.ts';

/** What is read of a cluster to tell how Calico is installed there; each part may be missing. */
export interface InstallSources {
  /** DaemonSet `calico-node` or `canal`. */
  readonly daemonSet?: KubeObject | undefined;
  /** The pods of that DaemonSet: with OnDelete they run other images than its template says. */
  readonly pods?: readonly KubeObject[];
  /** `calico-config`, `canal-config`, and others that the DaemonSet takes variables from. */
  readonly configMaps?: readonly KubeObject[];
}

export interface ImageInUse {
  /** `DaemonSet calico-node` or `Pod calico-node-x7k2p`. */
  readonly where: string;
  readonly container: string;
  readonly image: string;
  /** `undefined` for a digest or no tag. */
  readonly tag: string | undefined;
  /** The Calico release; only for calico-node, and only if the tag says it. */
  readonly release: string | undefined;
}

export interface CalicoInstall {
  readonly datastore: Datastore;
  readonly flavour: 'calico' | 'canal' | 'unknown';
  /** CALICO_NETWORKING_BACKEND: `bird` unless given, `none` without networking; `undefined` if it cannot be told. */
  readonly networkingBackend: string | undefined;
  /** CALICO_IPV4POOL_CIDR and CALICO_IPV6POOL_CIDR, as far as given. */
  readonly defaultPools: readonly string[];
  readonly clusterType: string | undefined;
  readonly images: readonly ImageInUse[];
}

const NODE_CONTAINER = 'calico-node';

/** How Calico is installed, from the objects of the cluster (tpr-to-crd reference, section 5). */
export function calicoInstall({ daemonSet, pods = [], configMaps = [] }: InstallSources): CalicoInstall {
  const maps = configMapData(configMaps);
  const container = containersOf(podTemplate(daemonSet)).find(({ name }) => name === NODE_CONTAINER);
  const variables = container && environment(container, maps);
  const backend = variables?.get('CALICO_NETWORKING_BACKEND');
  const pools = ['CALICO_IPV4POOL_CIDR', 'CALICO_IPV6POOL_CIDR'].map(name => variables?.get(name)?.value);
  const clusterType = variables?.get('CLUSTER_TYPE')?.value;
  return {
    datastore: datastoreOf(variables, maps),
    flavour: flavourOf(daemonSet, maps, clusterType),
    networkingBackend: backend ? backend.value : container && 'bird',
    defaultPools: pools.filter(cidr => cidr !== undefined).filter(cidr => cidr !== ''),
    clusterType,
    images: [
      ...(daemonSet ? imagesOf(`DaemonSet ${daemonSet.metadata.name}`, podTemplate(daemonSet)) : []),
      ...pods.flatMap(pod => imagesOf(`Pod ${pod.metadata.name}`, pod.spec)),
    ],
  };
}

function podTemplate(daemonSet: KubeObject | undefined): unknown {
  const template = isRecord(daemonSet?.spec) ? daemonSet.spec.template : undefined;
  return isRecord(template) ? template.spec : undefined;
}

function imagesOf(where: string, podSpec: unknown): ImageInUse[] {
  return containersOf(podSpec).map(({ name, image }) => ({
    where,
    container: name,
    image,
    tag: imageTag(image),
    release: name === NODE_CONTAINER ? releaseOfNodeImage(image) : undefined,
  }));
}

function flavourOf(
  daemonSet: KubeObject | undefined,
  maps: ConfigMaps,
  clusterType: string | undefined,
): CalicoInstall['flavour'] {
  const types = clusterType?.toLowerCase().split(',') ?? [];
  if (daemonSet?.metadata.name === 'canal' || types.includes('canal')) return 'canal';
  if (daemonSet) return 'calico';
  if (maps.has('canal-config')) return 'canal';
  return maps.has('calico-config') ? 'calico' : 'unknown';
}

function configMapData(configMaps: readonly KubeObject[]): ConfigMaps {
  return new Map(
    configMaps.map(({ metadata, data }) => [
      metadata.name,
      new Map(isRecord(data) ? Object.entries(data) : []),
    ]),
  );
}
