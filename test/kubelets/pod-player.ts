import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import type { PodBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import { lifeOf, type Stage } from './life.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type PodAddresses, removePod, type ShownStatus, shownStatus } from './shown-status.ts';

/** The node that a pod is on, as far as the pod sees it. */
export interface PodHost extends PodAddresses {
  readonly client: KubeClient;
  /** The images of the node. */
  readonly images: Set<string>;
  readonly alive: boolean;
  readonly onProblem: (error: unknown) => void;
}

/** One pod that a node plays. */
export interface PodPlayer extends Pick<ShownStatus, 'containers' | 'readySinceMs'> {
  readonly behaviour: PodBehaviour;
  pod(): PodFacts;
  /** Takes the pod's newest state; a deletion begins its end. */
  update(pod: PodFacts): void;
  /** The node is gone: nothing goes on, and the pod is not Ready. */
  lose(): Promise<void>;
  /** The node is back, and what it ran still runs. */
  resume(): void;
  /** The pod is gone, or nobody plays it any more; returns when nothing is under way. */
  abandon(): Promise<void>;
}

/** Begins to play a pod that is bound to a node; where the node is not alive, at `resume`. */
export function playPod(first: PodFacts, behaviour: PodBehaviour, host: PodHost): PodPlayer {
  const { client } = host;
  const status = shownStatus(client, first, host);
  const live = lifePlayer(first, behaviour, host.images, status);
  const work = oneAtATime(host.onProblem);
  let pod = first;
  let { alive } = host;
  const goOn = (): void => {
    const { deletingMs } = pod;
    if (alive) work.begin(signal => (deletingMs === undefined ? live(signal) : die(deletingMs, signal)));
  };
  const die = async (graceMs: number, signal: AbortSignal): Promise<void> => {
    await sleep(Math.min(behaviour.terminateMs ?? 0, graceMs), signal);
    await removePod(client, pod);
  };
  goOn();
  return {
    ...{ behaviour, containers: status.containers, readySinceMs: status.readySinceMs },
    pod: () => pod,
    update(next) {
      const isNewDeletion = pod.deletingMs === undefined && next.deletingMs !== undefined;
      pod = next;
      if (isNewDeletion) goOn();
    },
    lose() {
      alive = false;
      work.begin(async () => {
        if (status.containers().length > 0) await status.show(status.containers(), true);
      });
      return work.ended();
    },
    resume() {
      alive = true;
      goOn();
    },
    abandon: work.stop,
  };
}

/** Returns what shows the stages of a pod's life in their time until its end or the signal, and goes on when called again. */
function lifePlayer(
  pod: PodFacts,
  behaviour: PodBehaviour,
  images: Set<string>,
  status: ShownStatus,
): (signal: AbortSignal) => Promise<void> {
  const life = lifeOf(pod, behaviour, image => images.has(image));
  let coming = life.next();
  /** A stage that is over at once is not shown. */
  const enter = async ({ containers, pulled }: Stage): Promise<void> => {
    if (pulled !== undefined) images.add(pulled);
    coming = life.next();
    const isBrief = !coming.done && coming.value.afterMs === 0;
    if (!isBrief && containers !== status.containers()) await status.show(containers);
  };
  return async signal => {
    if (status.containers().length > 0) await status.show(status.containers());
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
}
