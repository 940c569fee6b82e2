import type { KubeObject } from '../../kubernetes/object.ts';
import { CRD_OBJECTS_FILE, listText } from '../object-list.ts';
import type { KddSource } from './source.ts';

/**
 * The files of a backup: what was read in the form of 2.6, for people, and the objects that are overwritten, which
 * `restore` puts back.
 */
export function kddBackup(
  source: KddSource,
  overwritten: readonly KubeObject[],
): ReadonlyMap<string, string> {
  return new Map([
    ['globalfelixconfigs.json', listText(source.felix)],
    ['globalbgpconfigs.json', listText(source.bgp)],
    ['globalnetworkpolicies.json', listText(source.policies)],
    ['nodes-with-bgp.json', listText(source.nodes)],
    [CRD_OBJECTS_FILE, listText(overwritten)],
  ]);
}
