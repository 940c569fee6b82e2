import { placeKey } from './place.ts';

/** The version of Calico that worked on the data last; every calico/node writes it (etcd v1 model, section 1). */
export const CALICO_VERSION_KEY = '/calico/v1/config/CalicoVersion';

/** Where Calico 2.6 keeps its data (etcd v1 model reference). */
const ROOTS = ['/calico/v1', '/calico/bgp/v1', '/calico/ipam/v2', '/calico/felix/v1'] as const;

/** Keys of features that Calico 2.6 has and 3.0 has not: they are not carried over, and are 2.6's all the same. */
const ENDED_FEATURES: readonly RegExp[] = [
  /^\/calico\/bgp\/v1\/(global\/)?rr_v[46]\/[^/]+$/,
  /^\/calico\/bgp\/v1\/global\/custom_filters\/v[46]\/[^/]+$/,
  /^\/calico\/bgp\/v1\/host\/[^/]+\/loglevel$/,
];

/**
 * Whether a key of etcd v2 is one of Calico 2.6's model, or a directory (it ends in `/`) one in which 2.6 keeps such keys.
 * Not what others keep below `/calico`: OpenStack's agents, other tiers, unknown keys (etcd v1 model, sections 4 and 8).
 */
export function isModelKey(key: string): boolean {
  if (key.endsWith('/')) return isModelDirectory(key.slice(0, -1));
  const { unit, leftOut } = placeKey(key);
  return unit !== undefined || leftOut !== 'unsupported' || ENDED_FEATURES.some(known => known.test(key));
}

function isModelDirectory(directory: string): boolean {
  return ROOTS.some(
    root => directory === root || directory.startsWith(`${root}/`) || root.startsWith(`${directory}/`),
  );
}

/** `/calico/bgp` of `/calico/bgp/v1/global/as_num`: by which keys are counted. */
export const treeOfKey = (key: string): string => key.split('/').slice(0, 3).join('/');
