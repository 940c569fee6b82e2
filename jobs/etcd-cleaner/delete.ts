import { CALICO_VERSION_KEY } from '../lib/calico/v1/model-keys.ts';
import type { EtcdV2 } from '../lib/etcd/v2.ts';
import { directoriesAbove } from '../lib/etcd/v2-directories.ts';
import { refused } from '../lib/run/failure.ts';
import { forEachShown } from '../lib/run/for-each.ts';
import type { Log } from '../lib/run/log.ts';
import { countOf } from '../lib/run/table.ts';
import { CALICO_ROOT } from '../lib/run/v1-export.ts';
import { deletableKeys, type Scan } from './scan.ts';

export interface Deletion {
  readonly v2: EtcdV2;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What a run has deleted so far. */
export interface Deleted {
  keys: number;
  directories: number;
}

/**
 * Deletes the keys that are as they were scanned, each compared by etcd itself. CalicoVersion goes first: where it is missing,
 * nobody takes what is left for whole. Throws a refusal at the first key that changed since: it stays, and so does the rest.
 */
export async function deleteKeys(deletion: Deletion, scan: Scan, deleted: Deleted): Promise<void> {
  const { v2, signal } = deletion;
  const changed: string[] = [];
  const remove = async (key: string): Promise<void> => {
    const result = await v2.deleteIfUnchanged(key, scan.keys.get(key) ?? 0, signal);
    if (result === 'deleted') deleted.keys += 1;
    if (result !== 'changed') return;
    changed.push(key);
    throw stillWritten(changed, deleted.keys);
  };
  const keys = deletableKeys(scan);
  const [first, rest] = [keys.filter(isVersion), keys.filter(key => !isVersion(key))];
  try {
    for (const key of first) await remove(key);
    await forEachShown(deletion, 'keys of etcd v2 deleted', rest, remove);
  } catch (error) {
    // Others were under way when the first was found.
    throw changed.length > 0 ? stillWritten(changed, deleted.keys) : error;
  }
}

const isVersion = (key: string): boolean => key === CALICO_VERSION_KEY;

const stillWritten = (changed: readonly string[], done: number) =>
  refused(
    `${countOf(changed.length, 'key')} of v1 changed after the backup and stay as they are: a component of Calico 2.6 is still at work. Stop it, then start again; ${countOf(done, 'key')} are deleted already`,
    changed.map(key => `${key}: changed after the backup, left`),
  );

/** Deletes the directories that the keys were in, and those that were empty before, as far as nothing is in them. */
export async function deleteDirectories(
  deletion: Deletion,
  scan: Pick<Scan, 'keys' | 'directories'>,
  deleted: Deleted,
): Promise<void> {
  const { v2, signal } = deletion;
  const byDepth = Map.groupBy(directoriesOf(scan), directory => directory.split('/').length);
  const depths = [...byDepth.keys()].sort((a, b) => b - a);
  for (const depth of depths) {
    const directories = byDepth.get(depth) ?? [];
    await forEachShown(deletion, 'directories looked at', directories, async directory => {
      if ((await v2.deleteEmptyDirectory(directory, signal)) === 'deleted') deleted.directories += 1;
    });
  }
}

/** Every directory below `/calico` that is empty, or holds one of the keys somewhere. */
function directoriesOf({ keys, directories }: Pick<Scan, 'keys' | 'directories'>): readonly string[] {
  const above = directoriesAbove([...keys.keys(), ...directories]);
  const all = new Set([...directories, ...Array.from(above, directory => directory.slice(0, -1))]);
  return [...all].filter(directory => directory.startsWith(`${CALICO_ROOT}/`));
}
