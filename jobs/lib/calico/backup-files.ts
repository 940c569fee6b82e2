import { type KubeObject, objectKey } from '../kubernetes/object.ts';
import { configList } from './backup-files/config-list.ts';
import { type LegacyPeer, readGlobalPeer, readNodePeer } from './backup-files/legacy-peers.ts';
import { readPool } from './backup-files/legacy-pools.ts';
import type { Reading } from './backup-files/reading.ts';
import { goYaml } from './go-yaml.ts';
import { PEER_ANNOTATION_PREFIX } from './node-peers.ts';
import { CALICO_NAMESPACE } from './tpr-kinds.ts';

/** A backup file of the documented procedure that calicoctl 1.4 wrote (tpr-to-crd reference, section 6). */
export interface BackupFile {
  readonly text: string;
  /** What calicoctl 1.4 cannot read, so that the file does not hold it: `IpPool kube-system/x: the reason`. */
  readonly leftOut: readonly string[];
}

interface Named<T> {
  readonly name: string;
  readonly reading: Reading<T>;
}

/**
 * `tpr-felixconfig.yaml`, as kubectl 1.7 wrote it: the GlobalConfigs of all namespaces in the order of the API
 * server's list. Empty if the kind is not defined.
 */
export function felixConfigFile(objects: readonly KubeObject[], defined: boolean): string {
  return defined ? goYaml(configList('GlobalConfig', objects)) : '';
}

/** `tpr-bgpconfig.yaml`: the same for GlobalBgpConfigs. */
export function bgpConfigFile(objects: readonly KubeObject[], defined: boolean): string {
  return defined ? goYaml(configList('GlobalBgpConfig', objects)) : '';
}

/** `ippool.yaml`, as calicoctl 1.4 wrote it: the pools in the namespace of Calico, by name. */
export function ipPoolFile(objects: readonly KubeObject[]): BackupFile {
  return calicoFile(ofCalico(objects).map(object => named('IpPool', object, readPool(object))));
}

/**
 * `bgppeer.yaml`, as calicoctl 1.4 wrote it: the global peers by name, then those of the nodes by node and key.
 * Where one bad object made calicoctl fail, here only this object is missing.
 */
export function bgpPeerFile(objects: readonly KubeObject[], nodes: readonly KubeObject[]): BackupFile {
  const global = ofCalico(objects).map(object => named('GlobalBgpPeer', object, readGlobalPeer(object)));
  return calicoFile([...global, ...byName(nodes).flatMap(peersOfNode)]);
}

function peersOfNode(node: KubeObject): Named<LegacyPeer>[] {
  return Object.entries(node.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => ({
      name: `Node ${node.metadata.name}: annotation ${key}`,
      reading: readNodePeer(node.metadata.name, key.slice(PEER_ANNOTATION_PREFIX.length), text),
    }));
}

function calicoFile<T>(found: readonly Named<T>[]): BackupFile {
  return {
    text: goYaml(found.flatMap(({ reading }) => (reading.ok ? [reading.value] : []))),
    leftOut: found.flatMap(({ name, reading }) => (reading.ok ? [] : [`${name}: ${reading.reason}`])),
  };
}

function named<T>(kind: string, object: KubeObject, reading: Reading<T>): Named<T> {
  return { name: `${kind} ${objectKey(object)}`, reading };
}

function ofCalico(objects: readonly KubeObject[]): KubeObject[] {
  return byName(objects.filter(object => object.metadata.namespace === CALICO_NAMESPACE));
}

function byName(objects: readonly KubeObject[]): KubeObject[] {
  return objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
