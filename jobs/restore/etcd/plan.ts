import { isModelKey } from '../../lib/calico/v1/model-keys.ts';
import type { EtcdV2, V2Node } from '../../lib/etcd/v2.ts';
import { directoriesAbove } from '../../lib/etcd/v2-directories.ts';
import { readExport, valueDigest } from '../../lib/etcd/v2-export.ts';
import type { BackupFiles } from '../../lib/run/backup.ts';
import { READY_KEY } from '../../lib/run/migration-facts.ts';
import { CALICO_ROOT } from '../../lib/run/v1-export.ts';

/** What a backup of etcd v2 keys has and the store has not, or has otherwise. A directory ends in `/`. */
export interface V1Plan {
  readonly create: Set<string>;
  /** The value that is there instead of the saved one, by key. */
  readonly differ: Map<string, string>;
  /** How many are there as they were saved. */
  unchanged: number;
  /** Keys of Calico 2.6 that the backup does not have. */
  readonly extra: string[];
  /** A line for each key that stands where the backup has a directory, or the other way round. */
  readonly blocked: string[];
  /** The flag that lets Calico 2.6 work, as it is now: it is not ours to change where it is there. */
  ready: string | undefined;
}

/** Compares a backup with the store. Only digests of the values are held. */
export async function planV1(files: BackupFiles, v2: EtcdV2, signal: AbortSignal): Promise<V1Plan> {
  const saved = new Map<string, string>();
  for (const { key, value } of readExport(files)) saved.set(key, valueDigest(value));
  const savedDirectories = directoriesAbove(saved.keys());
  const plan: V1Plan = {
    create: new Set(saved.keys()),
    ...{ differ: new Map(), unchanged: 0, extra: [], blocked: [], ready: undefined },
  };
  const present: string[] = [];
  for await (const batch of v2.readTree(CALICO_ROOT)) {
    signal.throwIfAborted();
    for (const node of batch) {
      present.push(node.key);
      if (savedDirectories.has(`${node.key}/`) || saved.has(`${node.key}/`)) {
        plan.blocked.push(`${node.key}: has a value, and is a directory in the backup`);
      }
      judge(plan, node, saved.get(node.key));
    }
  }
  takeDirectories(plan, present);
  return plan;
}

function judge(plan: V1Plan, { key, value }: V2Node, digest: string | undefined): void {
  if (key === READY_KEY) plan.ready = value;
  plan.create.delete(key);
  if (digest === undefined) {
    if (!key.endsWith('/') && isModelKey(key)) plan.extra.push(key);
  } else if (key === READY_KEY || digest === valueDigest(value)) plan.unchanged += 1;
  else plan.differ.set(key, value);
}

/** Directories that are there with something in them need not be made; a key cannot be made in their place. */
function takeDirectories(plan: V1Plan, present: readonly string[]): void {
  const directories = directoriesAbove(present);
  for (const key of present) if (key.endsWith('/')) directories.add(key);
  for (const key of plan.create) {
    if (directories.has(`${key}/`)) {
      plan.blocked.push(`${key}: is a directory, and has a value in the backup`);
    } else if (directories.has(key)) {
      plan.create.delete(key);
      plan.unchanged += 1;
    }
  }
}
