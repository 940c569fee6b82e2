import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import type { PodBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import { type ContainerView, lifeOf, type Stage } from './life.ts';
import { isReadyView, type PodStatus, podStatus } from './pod-status.ts';

/** The node that a pod is on, as far as the pod sees it. */
export interface PodHost {
  readonly client: KubeClient;
  readonly hostIp: string;
  readonly podIp: string;
  /** The images of the node. */
  readonly images: Set<string>;
  readonly onProblem: (error: unknown) => void;
}

/** One pod that a node plays. */
export interface PodPlayer {
  readonly behaviour: PodBehaviour;
  pod(): PodFacts;
  /** What the node shows of its containers; empty before the first status. */
  containers(): readonly ContainerView[];
  /** On the clock of `monotonicMs`: since when it is Ready; undefined while it is not. */
  readySinceMs(): number | undefined;
  /** Takes the pod's newest state; a deletion begins its end. */
  update(pod: PodFacts): void;
  /** The node is gone: nothing goes on, and the pod is not Ready. */
  lose(): Promise<void>;
  /** The node is back, and what it ran still runs. */
  resume(): void;
  /** The pod is gone, or nobody plays it any more. */
  abandon(): void;
}

/** Begins to play a pod that is bound to a node; where the node is not alive, at `resume`. */
export function playPod(first: PodFacts, behaviour: PodBehaviour, host: PodHost, alive: boolean): PodPlayer {
  const life = lifeOf(first, behaviour, image => host.images.has(image));
  let pod = first;
  let coming = life.next();
  let shown: readonly ContainerView[] = [];
  let status: PodStatus | undefined;
  let readySince: number | undefined;
  let stopping = new AbortController();
  let work = Promise.resolve();

  const show = async (views: readonly ContainerView[], nodeLost = false): Promise<void> => {
    const now = new Date().toISOString();
    const { hostIp, podIp } = host;
    status = podStatus(pod, views, { now, hostIp, podIp, previous: status, nodeLost });
    shown = views;
    const ready = isReadyView(views) && !nodeLost;
    await writeStatus(host.client, pod, status);
    readySince = ready ? (readySince ?? monotonicMs()) : undefined;
  };

  /** A stage that is over at once is not shown. */
  const enter = async (stage: Stage): Promise<void> => {
    if (stage.pulled !== undefined) host.images.add(stage.pulled);
    coming = life.next();
    const isBrief = !coming.done && coming.value.afterMs === 0;
    if (!isBrief && stage.containers !== shown) await show(stage.containers);
  };

  const live = async (signal: AbortSignal): Promise<void> => {
    if (shown.length > 0) await show(shown); // the node is back
    for (let due = monotonicMs(); !coming.done; ) {
      const stage = coming.value;
      if (stage.afterMs === Number.POSITIVE_INFINITY) return;
      due += stage.afterMs;
      const waitMs = due - monotonicMs();
      if (waitMs > 0) await sleep(waitMs, signal);
      signal.throwIfAborted();
      await enter(stage);
    }
  };

  const die = async (graceMs: number, signal: AbortSignal): Promise<void> => {
    await sleep(Math.min(behaviour.terminateMs ?? 0, graceMs), signal);
    await removePod(host.client, pod);
  };

  /** One thing at a time: what is under way is ended first. */
  const begin = (action: (signal: AbortSignal) => Promise<void>): void => {
    stopping.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    work = work
      .then(() => (signal.aborted ? undefined : action(signal)))
      .catch(error => {
        if (!signal.aborted) host.onProblem(error);
      });
  };

  const resume = (): void =>
    begin(pod.deletingMs === undefined ? live : signal => die(pod.deletingMs ?? 0, signal));

  let lost = !alive;
  if (alive) resume();
  return {
    behaviour,
    pod: () => pod,
    containers: () => shown,
    readySinceMs: () => readySince,
    update(next) {
      const isNewDeletion = pod.deletingMs === undefined && next.deletingMs !== undefined;
      pod = next;
      if (isNewDeletion && !lost) resume();
    },
    async lose() {
      lost = true;
      begin(async () => {
        if (shown.length > 0) await show(shown, true);
      });
      await work;
    },
    resume() {
      lost = false;
      resume();
    },
    abandon() {
      stopping.abort();
    },
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
async function removePod(client: KubeClient, { name, namespace, uid }: PodFacts): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
  try {
    await client.request({ method: 'DELETE', path: objectPath(PODS, name, namespace), body });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
