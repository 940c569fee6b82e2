import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { remove } from '../../jobs/lib/kubernetes/remove.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { applyAll } from '../steps/manifests.ts';
import { releaseDaemonSet, takeNotesOff } from '../steps/release.ts';
import { targetFor } from '../steps/target-for.ts';
import type { ObjectName } from '../target/model.ts';
import type { Run, Work } from './run.ts';

/**
 * What belongs to the end, when no node is left that is as before: the DaemonSet replaces pods again as it did, and the rights that
 * only old nodes need are taken back. What the old release left behind otherwise is named, and not deleted, where the upgrade has only now
 * come to its end (`isNew`).
 */
export async function settleUpgrade(work: Work, changedNodes: boolean, isNew: boolean): Promise<void> {
  const { run } = work;
  if (run.made.isSettled) return;
  if (changedNodes && run.isRollback) await releaseDaemonSet(run, previousStrategy(run));
  // Later, the manifests that it was made from may be gone, and are not asked for.
  if (!run.isRollback && (changedNodes || isNew)) {
    const { finalStrategy, afterwards } = await targetFor(work);
    if (changedNodes) {
      await applyAll(run, afterwards.apply);
      for (const name of afterwards.remove.filter(isOurs)) await removeNamed(run, name);
      // The last: a controller that is started later sees by it that all of this is done.
      await releaseDaemonSet(run, finalStrategy);
    }
    sayLeftovers(
      run,
      afterwards.remove.filter(name => !isOurs(name)),
    );
  }
  if (!changedNodes) await takeNotesOff(run);
  await run.made.rollout?.close();
  delete run.made.rollout;
  run.made.isSettled = true;
}

function previousStrategy({ previous }: Run): Readonly<Record<string, unknown>> {
  const spec = previous.daemonSet?.spec;
  const strategy = isRecord(spec) ? spec.updateStrategy : undefined;
  return isRecord(strategy) ? strategy : { type: 'OnDelete' };
}

const isOurs = ({ name }: ObjectName): boolean => name.startsWith('calico-upgrade');

async function removeNamed(run: Run, { apiVersion, kind, name, namespace }: ObjectName): Promise<void> {
  const resource = await run.kinds.resourceOf(apiVersion, kind);
  if (!resource) return;
  const found = await get(run.controller.client, resource, name, namespace);
  if (!found) return;
  await remove(run.controller.client, resource, found);
  run.controller.log.info({ stage: 'apply' }, `${kind} ${name} deleted: only old nodes needed it`);
}

function sayLeftovers({ controller: { log } }: Run, leftovers: readonly ObjectName[]): void {
  if (leftovers.length === 0) return;
  const names = leftovers.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  log.info({ stage: 'verify' }, `no longer needed, where they exist, and kept for the way back: ${names}`);
}
