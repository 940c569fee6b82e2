import type { EtcdEntry, EtcdReader } from '../etcd/v3.ts';
import { messageOf, refused } from '../run/failure.ts';
import type { KubeObject } from './object.ts';
import { decodeTpr, decodeTprInstance } from './stored-tpr.ts';

/** A kind to look for. */
export interface StoredTprKind {
  /** Name of the ThirdPartyResource. */
  readonly tprName: string;
  readonly tpr: { readonly group: string };
  /** The plural in the keys of the instances, which need not be the one of the API. */
  readonly storedPlural: string;
}

export interface StoredTprs {
  /** The ThirdPartyResources of the kinds asked for that exist. */
  readonly definitions: readonly KubeObject[];
  /** The instances by `tprName`, in the order of their keys. Every kind asked for has an entry. */
  readonly instances: ReadonlyMap<string, readonly KubeObject[]>;
}

export interface ReadStoredTprs {
  /** `--etcd-prefix` of the API server. */
  readonly prefix?: string;
  readonly kinds: readonly StoredTprKind[];
  readonly signal?: AbortSignal | undefined;
}

type Decode = (value: Buffer, modRevision: string) => KubeObject;

/**
 * Reads ThirdPartyResources and their instances where the API server keeps them: later versions than 1.7 do not serve
 * them any more. All are of one revision. Throws a refusal that names the key of every value that does not decode.
 */
export async function readStoredTprs(etcd: EtcdReader, options: ReadStoredTprs): Promise<StoredTprs> {
  const { kinds, signal } = options;
  const base = (options.prefix ?? '/registry').replace(/^\/+|\/+$/g, '');
  const root = base === '' ? '' : `/${base}`;
  const revision = await etcd.revision(`${root}/thirdpartyresources/`, signal);
  const problems: string[] = [];

  const read = async (path: string, decode: Decode, isWanted = (_key: string) => true) => {
    const objects: KubeObject[] = [];
    for await (const entry of etcd.readPrefix(`${root}/${path}/`, { revision, signal })) {
      if (!isWanted(entry.key)) continue;
      const object = decoded(entry, decode, problems);
      if (object) objects.push(object);
    }
    return objects;
  };

  const names = new Set(kinds.map(kind => kind.tprName));
  const isOurs = (key: string) => names.has(key.slice(key.lastIndexOf('/') + 1));
  const definitions = await read('thirdpartyresources', decodeTpr, isOurs);
  const instances = new Map<string, readonly KubeObject[]>();
  for (const { tprName, tpr, storedPlural } of kinds) {
    const path = `ThirdPartyResourceData/${tpr.group}/${storedPlural}`;
    instances.set(tprName, await read(path, decodeTprInstance));
  }
  const [first] = problems;
  if (first) throw refused(`${problems.length} values in etcd cannot be read, first ${first}`, problems);
  return { definitions, instances };
}

function decoded({ key, value, modRevision }: EtcdEntry, decode: Decode, problems: string[]) {
  try {
    return decode(value, modRevision);
  } catch (error) {
    problems.push(`${key}: ${messageOf(error)}`);
    return undefined;
  }
}
