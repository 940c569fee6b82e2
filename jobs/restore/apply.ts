import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../lib/kubernetes/clean.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { isNotFound } from '../lib/kubernetes/errors.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { waitUntilServed } from '../lib/kubernetes/served.ts';
import { create, mergePatch, update } from '../lib/kubernetes/write.ts';
import { forEachConcurrently } from '../lib/run/concurrency.ts';
import type { Log } from '../lib/run/log.ts';
import { startProgress } from '../lib/run/progress.ts';
import { peersToRestore } from './nodes.ts';
import type { RestoreOptions } from './options.ts';
import type { RestoreItem, RestorePlan } from './plan.ts';

const CONCURRENCY = 16;

export interface Target {
  readonly client: KubeClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Defines the ThirdPartyResources that are missing and waits until all of them are served, which takes some seconds. */
export async function restoreDefinitions(
  { client, log, signal }: Target,
  definitions: readonly KubeObject[],
): Promise<void> {
  for (const definition of definitions) {
    await create(client, THIRD_PARTY_RESOURCES, withoutServerFields(definition));
  }
  const names = new Set(definitions.map(({ metadata }) => metadata.name));
  const kinds = TPR_KINDS.filter(({ tprName }) => names.has(tprName));
  await Promise.all(kinds.map(({ tpr }) => waitUntilServed(client, tpr, signal)));
  log.info(`thirdpartyresources ${definitions.length}/${definitions.length} defined and served`);
}

/** Creates what is missing, and with `overwrite` puts back what differs. */
export async function restoreItems(
  { client, log, signal }: Target,
  plan: RestorePlan,
  onConflict: RestoreOptions['onConflict'],
): Promise<void> {
  const differing = onConflict === 'overwrite' ? plan.differ : [];
  const total = plan.create.length + differing.length;
  if (total === 0) return;
  const progress = startProgress(log, 'objects', total);
  await forEachConcurrently(
    plan.create,
    CONCURRENCY,
    async ({ resource, object }) => {
      await create(client, resource, withoutServerFields(object), object.metadata.namespace);
      progress.add();
    },
    signal,
  );
  await forEachConcurrently(
    differing,
    CONCURRENCY,
    async item => {
      await overwrite(client, item);
      progress.add();
    },
    signal,
  );
}

async function overwrite(client: KubeClient, { resource, object }: RestoreItem): Promise<void> {
  const { name, namespace } = object.metadata;
  await update(client, resource, name, () => withoutServerFields(object), namespace);
}

/** Puts the node-scoped BGP peers back. Returns the Nodes that do not exist any more. */
export async function restoreNodes(
  { client, signal }: Target,
  nodes: readonly KubeObject[],
): Promise<readonly string[]> {
  const missing: string[] = [];
  await forEachConcurrently(
    nodes,
    CONCURRENCY,
    async saved => {
      const { name } = saved.metadata;
      try {
        await mergePatch(client, NODES, name, current => {
          const annotations = peersToRestore(saved, current);
          return annotations && { metadata: { annotations } };
        });
      } catch (error) {
        if (!isNotFound(error)) throw error;
        missing.push(name);
      }
    },
    signal,
  );
  return missing;
}
