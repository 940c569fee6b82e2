import type { ConvertedObject } from '../lib/calico/convert.ts';
import { sameMeaning } from '../lib/calico/equal.ts';
import type { ObjectUpdate } from '../lib/calico/existing.ts';
import { type NodePeerPlan, nodePeerPatch, planNodePeers } from '../lib/calico/node-peers.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import { nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import { sameContent } from '../lib/kubernetes/clean.ts';
import { isNotFound } from '../lib/kubernetes/errors.ts';
import { mergePatch, update } from '../lib/kubernetes/write.ts';
import { type CrdTarget, createServed, defineKinds } from '../lib/run/define-kinds.ts';
import { forEachShown } from '../lib/run/for-each.ts';
import { type Plan, targetKey } from './plan.ts';

/** What this run has seen through: objects by `targetKey`, and the Nodes that it changed. */
export interface Done {
  readonly objects: Map<
    string,
    { readonly object: ConvertedObject; readonly how: 'created' | 'overwritten' | 'unchanged' }
  >;
  readonly nodes: Set<string>;
}

/**
 * Carries a plan out: kinds first, then objects, then Nodes. Can be stopped and repeated at any point: each write is
 * right by itself. An object that appeared or changed since the plan is left alone; verification judges it.
 */
export async function applyPlan(target: CrdTarget, plan: Plan, done: Done): Promise<void> {
  for (const object of plan.actions.unchanged) noteUnchanged(done, object);
  await defineKinds(
    target,
    plan.define.map(({ crd }) => crd),
  );
  for (const kind of TPR_KINDS) {
    await createObjects(target, kind, plan.actions.create, done);
    await updateObjects(target, kind, plan.actions.update, done);
  }
  await renameNodePeers(target, plan.nodePeers, done);
}

/** What this run has created or overwritten stays so in the report. */
function noteUnchanged({ objects }: Done, object: ConvertedObject): void {
  const key = targetKey(object);
  if (!objects.has(key)) objects.set(key, { object, how: 'unchanged' });
}

async function createObjects(
  target: CrdTarget,
  kind: TprKind,
  all: readonly ConvertedObject[],
  done: Done,
): Promise<void> {
  const { log } = target;
  const objects = all.filter(object => object.kind === kind);
  await forEachShown(target, kind.crd.plural, objects, async object => {
    const key = targetKey(object);
    const { created, object: existing } = await createServed(target, kind.crd, object.object);
    if (created) done.objects.set(key, { object, how: 'created' });
    else if (sameMeaning(kind, existing, object.object)) noteUnchanged(done, object);
    else log.warn(`${key} appeared in the meantime with another content, and is left as it is`);
  });
}

async function updateObjects(
  target: CrdTarget,
  kind: TprKind,
  all: readonly ObjectUpdate[],
  done: Done,
): Promise<void> {
  const { client, log } = target;
  const updates = all.filter(({ object }) => object.kind === kind);
  await forEachShown(
    target,
    `${kind.crd.plural} overwritten`,
    updates,
    async ({ object, existing, replacement }) => {
      let moved = false;
      await update(client, kind.crd, replacement.metadata.name, current => {
        if (sameMeaning(kind, current, replacement)) return undefined;
        // Only what is in the backup may be overwritten.
        moved = !sameContent(current, existing);
        return moved ? undefined : replacement;
      });
      if (moved) log.warn(`${targetKey(object)} was changed in the meantime, and is left as it is`);
      else done.objects.set(targetKey(object), { object, how: 'overwritten' });
    },
  );
}

async function renameNodePeers(target: CrdTarget, plans: readonly NodePeerPlan[], done: Done): Promise<void> {
  const { client, log } = target;
  await forEachShown(target, 'nodes with IPv6 peers', plans, async ({ node }) => {
    try {
      // Planned anew on what the Node holds at this moment, so that nobody's change is lost.
      await mergePatch(client, NODES, node, current => {
        const [plan] = planNodePeers([nodeWithPeers(current)]).plans;
        return plan && nodePeerPatch(plan);
      });
      done.nodes.add(node);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      log.warn(`Node ${node} was deleted in the meantime`);
    }
  });
}
