import type { KubeObject } from '../kubernetes/object.ts';
import type { ConvertedObject } from './convert.ts';
import { parseCidr } from './go-net.ts';
import { identityOf } from './identity.ts';
import type { TprKind } from './tpr-kinds.ts';

/** The origin of such objects, as it is shown to people. */
export const MADE_BY_NODE = 'default made by a calico-node 2.5 or later that started before the migration';

/** The pools that Calico makes when it finds none; the IPv4 one can be changed with CALICO_IPV4POOL_CIDR. */
const DEFAULT_POOLS = ['192.168.0.0/16', 'fd80:24e2:f998:72d6::/64'];

/** Every node that starts rewrites these, so that a difference in the value says nothing. */
const REWRITTEN = ['calicoversion', 'clustertype'];

/** Whether an existing pool looks like one that a too early node made (tpr-to-crd reference, section 4). */
export function isDefaultPool(kind: TprKind, existing: KubeObject, furtherPools: readonly string[]): boolean {
  if (kind.crd.kind !== 'IPPool') return false;
  const defaults = [...DEFAULT_POOLS, ...furtherPools].map(cidr => parseCidr(cidr)?.network ?? cidr);
  return defaults.includes(identityOf(kind, existing) ?? '');
}

/** A node that finds no ClusterGUID makes a new one. */
export function isClusterGuid({ kind, object }: ConvertedObject): boolean {
  return kind.crd.kind === 'GlobalFelixConfig' && object.metadata.name === 'clusterguid';
}

/** Whether a difference in `spec.value` is what every node causes when it starts. */
export function isRewrittenByNodes({ kind, object }: ConvertedObject): boolean {
  return kind.crd.kind === 'GlobalFelixConfig' && REWRITTEN.includes(object.metadata.name);
}
