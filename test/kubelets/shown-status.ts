import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import type { PodFacts } from './facts.ts';
import type { ContainerView } from './life.ts';
import { isReadyView, type PodStatus, podStatus } from './pod-status.ts';

/** The addresses that a pod's status tells. */
export interface PodAddresses {
  readonly hostIp: string;
  readonly podIp: string;
}

/** What a node says of one pod. */
export interface ShownStatus {
  /** Writes it. Where the node is lost, the control plane says that the pod is not Ready. */
  show(containers: readonly ContainerView[], nodeLost?: boolean): Promise<void>;
  /** Empty before the first one. */
  containers(): readonly ContainerView[];
  /** On the clock of `monotonicMs`: since when it says Ready; undefined while it does not. */
  readySinceMs(): number | undefined;
}

/** Shows nothing yet. */
export function shownStatus(client: KubeClient, pod: PodFacts, addresses: PodAddresses): ShownStatus {
  let shown: readonly ContainerView[] = [];
  let status: PodStatus | undefined;
  let readySince: number | undefined;
  return {
    async show(views, nodeLost = false) {
      const now = new Date().toISOString();
      status = podStatus(pod, views, { ...addresses, now, previous: status, nodeLost });
      shown = views;
      if (nodeLost || !isReadyView(views)) readySince = undefined;
      await writeStatus(client, pod, status);
      if (!nodeLost && isReadyView(views)) readySince ??= monotonicMs();
    },
    containers: () => shown,
    readySinceMs: () => readySince,
  };
}

/** Writes the status of this very pod; one that is gone needs none. */
async function writeStatus(client: KubeClient, pod: PodFacts, { body }: PodStatus): Promise<void> {
  try {
    await client.request({
      method: 'PATCH',
      path: `${objectPath(PODS, pod.name, pod.namespace)}/status`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { uid: pod.uid }, status: body },
    });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Ends a deletion, as a kubelet does when the containers have ended. */
export async function removePod(client: KubeClient, { name, namespace, uid }: PodFacts): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
  try {
    await client.request({ method: 'DELETE', path: objectPath(PODS, name, namespace), body });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
