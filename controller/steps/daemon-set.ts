import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get, mergePatch } from '../../jobs/lib/kubernetes/write.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import type { Run } from '../upgrade/run.ts';

/** The DaemonSet of this upgrade, as it is now. Throws a refusal where it was deleted. */
export async function liveDaemonSet(run: Run): Promise<KubeObject> {
  const { name, namespace } = daemonSetName(run);
  const live = await get(run.controller.client, run.daemonSets, name, namespace);
  if (live) return live;
  throw refused(`DaemonSet ${namespace}/${name} was deleted in the meantime. Apply it again, then resume`);
}

/** The name of the DaemonSet of this upgrade. */
export function daemonSetName({ previous }: Run): { readonly name: string; readonly namespace: string } {
  const { name, namespace = '' } = previous.daemonSet?.metadata ?? {
    name: 'calico-node',
    namespace: 'kube-system',
  };
  return { name, namespace };
}

/** Changes the DaemonSet of this upgrade in the state that the patch was made for; leaves it alone where there is none to make. */
export async function patchDaemonSet(
  run: Run,
  makePatch: (current: KubeObject) => Record<string, unknown> | undefined,
): Promise<void> {
  const { name, namespace } = daemonSetName(run);
  await mergePatch(run.controller.client, run.daemonSets, name, makePatch, namespace);
}
