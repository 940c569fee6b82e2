import type { KubeObject } from '../kubernetes/object.ts';
import { refused } from '../run/failure.ts';
import { bgpConfigFile, bgpPeerFile, felixConfigFile, ipPoolFile } from './backup-files.ts';
import { CRD_OBJECTS_FILE, listText, readListText } from './object-list.ts';
import { TPR_KINDS } from './tpr-kinds.ts';
import type { TprSnapshot } from './tpr-snapshot.ts';

const DEFINITIONS_FILE = 'thirdpartyresources.json';
const NODES_FILE = 'nodes.json';

/** What `restore` needs, read from a backup. */
export interface TprBackup extends TprSnapshot {
  /** Whether it is of ThirdPartyResources, and not of CRD objects alone. */
  readonly ofTprs: boolean;
  readonly crdObjects: readonly KubeObject[];
}

/**
 * The files of a backup: the raw objects as JSON, from which everything can be restored, and the four files of the
 * documented procedure. `leftOut` names what the documented files cannot hold.
 */
export function tprBackup(
  snapshot: TprSnapshot,
  crdObjects: readonly KubeObject[],
): { readonly files: ReadonlyMap<string, string>; readonly leftOut: readonly string[] } {
  const of = (tprName: string): readonly KubeObject[] => snapshot.instances.get(tprName) ?? [];
  const isDefined = (tprName: string): boolean => snapshot.instances.get(tprName) !== undefined;
  const pools = ipPoolFile(of('ip-pool.projectcalico.org'));
  const peers = bgpPeerFile(of('global-bgp-peer.projectcalico.org'), snapshot.nodes);
  const [felix, bgp] = ['global-config.projectcalico.org', 'global-bgp-config.projectcalico.org'];
  const files = new Map([
    ['ippool.yaml', pools.text],
    ['bgppeer.yaml', peers.text],
    ['tpr-felixconfig.yaml', felixConfigFile(of(felix), isDefined(felix))],
    ['tpr-bgpconfig.yaml', bgpConfigFile(of(bgp), isDefined(bgp))],
    [DEFINITIONS_FILE, listText(snapshot.definitions)],
    [NODES_FILE, listText(snapshot.nodes)],
    ...TPR_KINDS.map(({ tprName, tpr }) => [`${tpr.plural}.json`, listText(of(tprName))] as const),
  ]);
  if (crdObjects.length > 0) files.set(CRD_OBJECTS_FILE, listText(crdObjects));
  return { files, leftOut: [...pools.leftOut, ...peers.leftOut] };
}

/**
 * Reads what `tprBackup` wrote, or a backup of CRD objects alone, as `kdd-v1-to-v3` makes it. Throws a refused Failure that
 * names the file which cannot be read.
 */
export function readTprBackup(files: ReadonlyMap<string, string>): TprBackup {
  const crdObjects = files.has(CRD_OBJECTS_FILE) ? objectsOf(files, CRD_OBJECTS_FILE) : [];
  if (files.has(CRD_OBJECTS_FILE) && !files.has(DEFINITIONS_FILE)) {
    return { ofTprs: false, definitions: [], instances: new Map(), nodes: [], crdObjects };
  }
  return {
    ofTprs: true,
    definitions: objectsOf(files, DEFINITIONS_FILE),
    instances: new Map(
      TPR_KINDS.map(({ tprName, tpr }) => [tprName, objectsOf(files, `${tpr.plural}.json`)]),
    ),
    nodes: objectsOf(files, NODES_FILE),
    crdObjects,
  };
}

function objectsOf(files: ReadonlyMap<string, string>, name: string): readonly KubeObject[] {
  const text = files.get(name);
  if (text === undefined)
    throw refused(`the backup has no ${name}: it is not one of ThirdPartyResources. Name another`);
  return readListText(name, text);
}
