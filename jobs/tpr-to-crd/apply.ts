import type { ConvertedObject } from '../lib/calico/convert.ts';
import { sameMeaning } from '../lib/calico/equal.ts';
import type { ObjectUpdate } from '../lib/calico/existing.ts';
import { type NodePeerPlan, nodePeerPatch, planNodePeers } from '../lib/calico/node-peers.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import { nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { ensureCrd } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { create, mergePatch, update } from '../lib/kubernetes/write.ts';
import { forEachConcurrently } from '../lib/run/concurrency.ts';
import type { Log } from '../lib/run/log.ts';
import { startProgress } from '../lib/run/progress.ts';
import { type Plan, targetKey } from './plan.ts';

/** Requests under way at a time: enough to keep an API server busy, few enough to leave room for others. */
const CONCURRENCY = 16;

export interface Target {
  readonly client: KubeClient;
  readonly crdApi: Resource;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What this run has written, by `targetKey`. */
export type Written = Map<string, ConvertedObject>;

/**
 * Carries a plan out: kinds first, then objects, then Nodes. Can be stopped and repeated at any point: each write is
 * right by itself. An object that appeared since the plan is left alone; verification judges it.
 */
export async function applyPlan(target: Target, plan: Plan, written: Written): Promise<void> {
  await defineKinds(target, plan.define);
  for (const kind of TPR_KINDS) {
    await createObjects(target, kind, plan.actions.create, written);
    await updateObjects(target, kind, plan.actions.update, written);
  }
  await renameNodePeers(target, plan.nodePeers);
}

async function defineKinds(
  { client, crdApi, log, signal }: Target,
  kinds: readonly TprKind[],
): Promise<void> {
  if (kinds.length === 0) return;
  const progress = startProgress(log, 'customresourcedefinitions', kinds.length);
  await Promise.all(
    kinds.map(async ({ crd }) => {
      await ensureCrd(client, crdApi, crd, signal);
      progress.add();
    }),
  );
}

async function createObjects(
  { client, log, signal }: Target,
  kind: TprKind,
  all: readonly ConvertedObject[],
  written: Written,
): Promise<void> {
  const objects = all.filter(object => object.kind === kind);
  if (objects.length === 0) return;
  const progress = startProgress(log, kind.crd.plural, objects.length);
  await forEachConcurrently(
    objects,
    CONCURRENCY,
    async converted => {
      const { created, object: existing } = await create(client, kind.crd, converted.object);
      if (created || sameMeaning(kind, existing, converted.object))
        written.set(targetKey(converted), converted);
      else
        log.warn(
          `${targetKey(converted)} appeared in the meantime with another content, and is left as it is`,
        );
      progress.add();
    },
    signal,
  );
}

async function updateObjects(
  { client, log, signal }: Target,
  kind: TprKind,
  all: readonly ObjectUpdate[],
  written: Written,
): Promise<void> {
  const updates = all.filter(({ object }) => object.kind === kind);
  if (updates.length === 0) return;
  const progress = startProgress(log, `${kind.crd.plural} overwritten`, updates.length);
  await forEachConcurrently(
    updates,
    CONCURRENCY,
    async ({ object, replacement }) => {
      await update(client, kind.crd, replacement.metadata.name, current =>
        sameMeaning(kind, current, replacement) ? undefined : replacement,
      );
      written.set(targetKey(object), object);
      progress.add();
    },
    signal,
  );
}

async function renameNodePeers(
  { client, log, signal }: Target,
  plans: readonly NodePeerPlan[],
): Promise<void> {
  if (plans.length === 0) return;
  const progress = startProgress(log, 'nodes with IPv6 peers', plans.length);
  await forEachConcurrently(
    plans,
    CONCURRENCY,
    async ({ node }) => {
      // Planned anew on what the Node holds at this moment, so that nobody's change is lost.
      await mergePatch(client, NODES, node, current => {
        const [plan] = planNodePeers([nodeWithPeers(current)]).plans;
        return plan && nodePeerPatch(plan);
      });
      progress.add();
    },
    signal,
  );
}
