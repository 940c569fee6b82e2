import { byteOrder } from '../v3/go-text.ts';
import type { Unit, UnitKind } from './unit.ts';

/** The order in which the original converts kinds (conversion reference, section 2); IPAM comes last. */
const KIND_ORDER: Readonly<Record<UnitKind, string>> = {
  GlobalFelixConfig: 'a',
  ClusterInformation: 'b',
  HostFelixConfig: 'c',
  BGPConfiguration: 'd',
  Node: 'e',
  GlobalBGPPeer: 'f',
  NodeBGPPeer: 'g',
  HostEndpoint: 'h',
  IPPool: 'i',
  Policy: 'j',
  Profile: 'k',
  WorkloadEndpoint: 'l',
  IPAMBlock: 'm',
  BlockAffinity: 'n',
  IPAMHandle: 'o',
  IPAMConfig: 'p',
};

/**
 * A text whose order is that in which the original comes to units: kinds one after the other, each as etcd v2 lists
 * it, directory by directory and in a directory by the bytes of the names; profiles by their names. Who is first has the
 * v3 name that two units want.
 */
export function unitOrder(unit: Unit): string {
  const place = unit.kind === 'Profile' ? (unit.parts.name ?? '') : unit.id.replaceAll('/', '\0');
  return KIND_ORDER[unit.kind] + byteOrder(place);
}

/** The same as a comparison. To sort many units compute `unitOrder` of each once, as `sortUnits` does. */
export function compareUnits(a: Unit, b: Unit): number {
  const [left, right] = [unitOrder(a), unitOrder(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The items in the order of their units. */
export function sortUnits<Item extends { readonly unit: Unit }>(items: Iterable<Item>): Item[] {
  return Array.from(items, item => ({ item, order: unitOrder(item.unit) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ item }) => item);
}
