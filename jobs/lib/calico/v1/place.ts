import { placeBgp } from './place-bgp.ts';
import { placeHost } from './place-host.ts';
import { placeIpam, placePool } from './place-ipam.ts';
import { placePolicy } from './place-policy.ts';
import { globalConfigUnit, left, unknownKey } from './place-unit.ts';
import type { KeyPlace } from './unit.ts';

/**
 * What a key of etcd v2 is for (etcd v1 model reference); a key that ends in `/` is a directory. Every key has a
 * place: a unit that it is a part of, or a reason why it is left out, with a note where the operator has to know.
 */
export function placeKey(key: string): KeyPlace {
  const [, root, tree, ...path] = key.split('/');
  if (root !== 'calico') return unknownKey(key);
  if (tree === 'v1') return placeV1(key, path);
  if (key.endsWith('/')) return left('transient');
  if (tree === 'bgp' && path[0] === 'v1') return placeBgp(key, path.slice(1));
  if (tree === 'ipam' && path[0] === 'v2') return placeIpam(key, path.slice(1));
  if (tree === 'felix' && path[0] === 'v1') return left('transient');
  return otherTree(key, tree);
}

function placeV1(key: string, path: readonly string[]): KeyPlace {
  const [area, ...rest] = path;
  if (area === 'host') return placeHost(key, rest);
  if (key.endsWith('/')) return left('transient');
  if (area === 'Ready' && rest.length === 0) return left('transient');
  if (area === 'config' && rest.length > 0) return { unit: globalConfigUnit(rest.join('/')) };
  if (area === 'policy') return placePolicy(key, rest);
  if (area === 'ipam') return placePool(key, rest);
  return unknownKey(key);
}

function otherTree(key: string, tree: string | undefined): KeyPlace {
  if (tree === 'dhcp') {
    return left(
      'unsupported',
      'belongs to the DHCP agent of OpenStack, and networking-calico writes it again',
    );
  }
  if (tree === 'openstack') {
    return left('unsupported', 'belongs to networking-calico, which writes it again where it needs it');
  }
  return unknownKey(key);
}
