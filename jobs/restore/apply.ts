import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { sameContent, withoutServerFields } from '../lib/kubernetes/clean.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { isNamespaceGone, isNotFound } from '../lib/kubernetes/errors.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { waitUntilServed } from '../lib/kubernetes/served.ts';
import { create, mergePatch, update } from '../lib/kubernetes/write.ts';
import { sleep } from '../lib/run/abort.ts';
import { forEachShown } from '../lib/run/for-each.ts';
import type { Log } from '../lib/run/log.ts';
import { type NodeRestore, planNodeRestore } from './nodes.ts';
import { type DifferingItem, itemText, type RestoreItem, type RestorePlan } from './plan.ts';

export interface Target {
  readonly client: KubeClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What this run has written. */
export interface Done {
  created: number;
  overwritten: number;
  nodes: number;
  /** Objects whose namespace is gone, as `itemText` words them: nothing of Calico's, which reads kube-system only. */
  readonly leftOut: Set<string>;
}

/** Defines the ThirdPartyResources that are missing. Returns how many it made. */
export async function restoreDefinitions(
  { client, log }: Target,
  definitions: readonly KubeObject[],
): Promise<number> {
  let made = 0;
  for (const definition of definitions) {
    const { created } = await create(client, THIRD_PARTY_RESOURCES, withoutServerFields(definition));
    if (created) made += 1;
  }
  log.info(`thirdpartyresources ${definitions.length}/${definitions.length} defined`);
  return made;
}

/**
 * Waits until the kinds are served and at rest: an API server that has just lost the last ThirdPartyResource of a group
 * may still be about to destroy what it stored (tpr-to-crd reference, section 7), though it was defined again since.
 */
export async function waitUntilSettled({ client, log, signal }: Target, seconds: number): Promise<void> {
  log.info(`waiting ${seconds} s for the API server to come to rest`);
  await sleep(seconds * 1000, signal);
  const defined = (await list(client, THIRD_PARTY_RESOURCES)) ?? [];
  const names = new Set(defined.map(({ metadata }) => metadata.name));
  const kinds = TPR_KINDS.filter(({ tprName }) => names.has(tprName));
  await Promise.all(kinds.map(({ tpr }) => waitUntilServed(client, tpr, signal)));
}

/** Within this time a definition counts as new: by our own clock, which may go wrong by minutes. */
const NEW_FOR_MS = 10 * 60_000;

/** Whether one of the definitions is so new that an API server may not have come to rest since. */
export function isNew(definitions: readonly KubeObject[], now: Date): boolean {
  const created = definitions.map(({ metadata }) => Date.parse(String(metadata.creationTimestamp)));
  return created.some(time => now.getTime() - time < NEW_FOR_MS);
}

/** Creates what is missing, and with `overwrite` puts back what differs. */
export async function applyRestore(
  target: Target,
  plan: RestorePlan,
  overwrite: boolean,
  done: Done,
): Promise<void> {
  await forEachShown(target, 'objects', plan.create, async item => {
    if (await createItem(target, item, done)) done.created += 1;
  });
  if (overwrite) {
    await forEachShown(target, 'objects overwritten', plan.differ, async item => {
      if (await putBack(target, item)) done.overwritten += 1;
    });
  }
  await forEachShown(target, 'nodes', plan.nodes, async node => {
    if (await putPeersBack(target, node, overwrite)) done.nodes += 1;
  });
}

async function createItem({ client, log }: Target, item: RestoreItem, done: Done): Promise<boolean> {
  const { resource, object } = item;
  const { namespace } = object.metadata;
  try {
    const { created } = await create(client, resource, withoutServerFields(object), namespace);
    return created;
  } catch (error) {
    if (namespace === undefined || namespace === CALICO_NAMESPACE || !isNamespaceGone(error)) throw error;
    log.warn(`${itemText(item)} is not restored: namespace ${namespace} does not exist any more`);
    done.leftOut.add(itemText(item));
    return false;
  }
}

/** Only what is in the backup of this run may be overwritten. Returns whether it was. */
async function putBack({ client, log }: Target, item: DifferingItem): Promise<boolean> {
  const { resource, object, present } = item;
  const { name, namespace } = object.metadata;
  const change = (current: KubeObject): KubeObject | undefined =>
    sameContent(current, present) ? withoutServerFields(object) : undefined;
  const written = await update(client, resource, name, change, namespace);
  if (!written) log.warn(`${itemText(item)} was changed in the meantime, and is left as it is`);
  return written;
}

/** Planned anew on what the Node holds at this moment, so that nobody's change is lost. */
async function putPeersBack(
  { client, log }: Target,
  { saved, present }: NodeRestore,
  overwrite: boolean,
): Promise<boolean> {
  const { name } = saved.metadata;
  try {
    return await mergePatch(client, NODES, name, current => {
      const now = nodeWithPeers(current);
      const { changes, overwriting } = planNodeRestore(saved, now);
      const annotations = { ...changes, ...(overwrite && sameContent(now, present) && overwriting) };
      return Object.keys(annotations).length > 0 ? { metadata: { annotations } } : undefined;
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    log.warn(`Node ${name} was deleted in the meantime`);
    return false;
  }
}
