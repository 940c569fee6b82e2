import { randomUUID } from 'node:crypto';
import { BGP_PEERS, KINDS_OF_3_0 } from '../lib/calico/crd-kinds.ts';
import { compareWithWanted } from '../lib/calico/kdd/differences.ts';
import type { KddUpdate } from '../lib/calico/kdd/existing.ts';
import { withIdentity } from '../lib/calico/kdd/identity.ts';
import { type WantedObject, wantedKey } from '../lib/calico/kdd/wanted.ts';
import { sameContent } from '../lib/kubernetes/clean.ts';
import type { CrdKind } from '../lib/kubernetes/crd.ts';
import { update } from '../lib/kubernetes/write.ts';
import { type CrdTarget, createServed, defineKinds } from '../lib/run/define-kinds.ts';
import { forEachShown } from '../lib/run/for-each.ts';
import type { Plan } from './plan.ts';

/** What this run has seen through, by `wantedKey`. */
export type Done = Map<
  string,
  { readonly wanted: WantedObject; readonly how: 'created' | 'overwritten' | 'unchanged' }
>;

/** Settings before what uses them; the kinds of which nothing is written are in the list, too. */
const ORDER = [...KINDS_OF_3_0.filter(crd => crd !== BGP_PEERS), BGP_PEERS];

/**
 * Carries a plan out: kinds first, then objects. Can be stopped and repeated at any point: each write is right by itself.
 * An object that appeared or changed since the plan is left alone; verification judges it.
 */
export async function applyPlan(target: CrdTarget, plan: Plan, done: Done): Promise<void> {
  const { create, update: updates, unchanged, tolerated } = plan.actions;
  for (const wanted of [...unchanged, ...tolerated]) noteUnchanged(done, wanted);
  await defineKinds(target, plan.define);
  for (const crd of ORDER) {
    await createObjects(target, crd, create, done);
    await updateObjects(target, crd, updates, done);
  }
}

/** What this run has created or overwritten stays so in the report. */
function noteUnchanged(done: Done, wanted: WantedObject): void {
  const key = wantedKey(wanted);
  if (!done.has(key)) done.set(key, { wanted, how: 'unchanged' });
}

async function createObjects(
  target: CrdTarget,
  crd: CrdKind,
  all: readonly WantedObject[],
  done: Done,
): Promise<void> {
  const objects = all.filter(wanted => wanted.crd === crd);
  await forEachShown(target, crd.plural, objects, async wanted => {
    const key = wantedKey(wanted);
    const { created, object } = await createServed(target, crd, withIdentity(wanted.object, newIdentity()));
    if (created) done.set(key, { wanted, how: 'created' });
    else if (compareWithWanted(wanted, object).differences.length === 0) noteUnchanged(done, wanted);
    else target.log.warn(`${key} appeared in the meantime with another content, and is left as it is`);
  });
}

const newIdentity = () => ({
  uid: randomUUID(),
  creationTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
});

async function updateObjects(
  { client, log, signal }: CrdTarget,
  crd: CrdKind,
  all: readonly KddUpdate[],
  done: Done,
): Promise<void> {
  const updates = all.filter(({ wanted }) => wanted.crd === crd);
  await forEachShown(
    { log, signal },
    `${crd.plural} overwritten`,
    updates,
    async ({ wanted, existing, replacement }) => {
      let moved = false;
      await update(client, crd, replacement.metadata.name, current => {
        if (compareWithWanted(wanted, current).differences.length === 0) return undefined;
        // Only what is in the backup may be overwritten.
        moved = !sameContent(current, existing);
        return moved ? undefined : replacement;
      });
      if (moved) log.warn(`${wantedKey(wanted)} was changed in the meantime, and is left as it is`);
      else done.set(wantedKey(wanted), { wanted, how: 'overwritten' });
    },
  );
}
