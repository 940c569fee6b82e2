import { isModelKey, treeOfKey } from '../lib/calico/v1/model-keys.ts';
import type { EtcdV2, V2Node } from '../lib/etcd/v2.ts';
import { READY_KEY } from '../lib/run/migration-facts.ts';
import { CALICO_ROOT } from '../lib/run/v1-export.ts';

/** What there is below `/calico` of etcd v2, without the values. */
export interface Scan {
  /** The index of its last change by key of Calico 2.6, Ready included. */
  readonly keys: ReadonlyMap<string, number>;
  /** Empty directories, without a `/` at the end. */
  readonly directories: ReadonlySet<string>;
  /** Keys and empty directories of others. */
  readonly foreign: readonly string[];
}

/** Reads everything once; `onNode` is told of what is Calico 2.6's. */
export async function scanV1(
  v2: EtcdV2,
  signal: AbortSignal,
  onNode: (node: V2Node) => void = () => undefined,
): Promise<Scan> {
  const keys = new Map<string, number>();
  const directories = new Set<string>();
  const foreign: string[] = [];
  for await (const batch of v2.readTree(CALICO_ROOT)) {
    signal.throwIfAborted();
    for (const node of batch) {
      const { key, modifiedIndex } = node;
      if (!isModelKey(key)) {
        foreign.push(key);
        continue;
      }
      if (key.endsWith('/')) directories.add(key.slice(0, -1));
      else keys.set(key, modifiedIndex);
      onNode(node);
    }
  }
  return { keys, directories, foreign };
}

/**
 * The keys to delete. Ready stays, and stays false: a component of 2.6 that is started by mistake would make it anew as
 * true, and begin to work on nothing (etcd v1 model, section 1).
 */
export const deletableKeys = ({ keys }: Pick<Scan, 'keys'>): readonly string[] =>
  [...keys.keys()].filter(key => key !== READY_KEY);

/** What somebody wrote or deleted between two scans, a line each. */
export function changedBetween(before: Scan, after: Scan): readonly string[] {
  const changed: string[] = [];
  for (const [key, index] of after.keys) {
    const known = before.keys.get(key);
    if (known === undefined) changed.push(`${key}: created`);
    else if (known !== index) changed.push(`${key}: changed`);
  }
  for (const key of before.keys.keys()) if (!after.keys.has(key)) changed.push(`${key}: deleted`);
  return changed;
}

/** How many keys are to be deleted, by tree such as `/calico/bgp`. */
export function countsByTree(scan: Pick<Scan, 'keys'>): Readonly<Record<string, number>> {
  const groups = Map.groupBy(deletableKeys(scan), treeOfKey);
  return Object.fromEntries(Array.from(groups, ([tree, keys]) => [tree, keys.length]));
}
