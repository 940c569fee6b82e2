import { isOursUnchanged } from '../lib/calico/networkpolicy/default-deny.ts';
import { policyText } from '../lib/calico/networkpolicy/policy.ts';
import { sameContent } from '../lib/kubernetes/clean.ts';
import { deleteAsSeen } from '../lib/kubernetes/delete.ts';
import { isNamespaceGone } from '../lib/kubernetes/errors.ts';
import { type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { create } from '../lib/kubernetes/write.ts';
import { forEachShown } from '../lib/run/for-each.ts';
import type { Done, Target } from './target.ts';

/**
 * Creates policies. One that exists by now is left as it is, and a namespace that has gone needs none: the plan that is
 * made afterwards sees both.
 */
export async function createPolicies(
  target: Target,
  what: string,
  policies: readonly KubeObject[],
  done: Done,
): Promise<void> {
  const { client, resource, log } = target;
  await forEachShown(target, what, policies, async policy => {
    try {
      const { created, object } = await create(client, resource, policy, policy.metadata.namespace);
      // A request whose answer was lost finds its own first effect.
      if (created || isOursUnchanged(object) || sameContent(object, policy))
        done.created.set(objectKey(policy), object);
      else
        log.warn(`${policyText(policy)} appeared in the meantime with another content, and stays as it is`);
    } catch (error) {
      if (!isNamespaceGone(error)) throw error;
      log.warn(`${policyText(policy)} is not needed any more: its namespace is gone`);
    }
  });
}

/** Deletes policies that are still as they were planned; others are left, and the plan afterwards sees them. */
export async function deletePolicies(
  target: Target,
  what: string,
  policies: readonly KubeObject[],
  done: Done,
): Promise<void> {
  const { client, resource, log, signal } = target;
  await forEachShown(target, what, policies, async policy => {
    const result = await deleteAsSeen(client, resource, policy, signal);
    if (result === 'gone') done.deleted.set(objectKey(policy), policy);
    else log.warn(`${policyText(policy)} was changed in the meantime, and is looked at again`);
  });
}
