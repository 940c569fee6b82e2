import type { End, PodBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import { pullMessage } from './pull-failures.ts';

export interface Terminated {
  readonly is: 'terminated';
  readonly exitCode: number;
  readonly message: string;
}

export type ContainerState =
  | { readonly is: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly is: 'running'; readonly ready: boolean }
  | Terminated;

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  /** How its last run ended. */
  readonly last?: Terminated;
  readonly restarts: number;
}

/** A point in the life of a pod. */
export interface Stage {
  /** Since the stage before. */
  readonly afterMs: number;
  readonly containers: readonly ContainerView[];
  /** The image that the node has from now on. */
  readonly pulled?: string;
}

const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF = 30;
/** A failure is shown for a tenth of the pause that follows, at most so long; then the pause itself. */
const LONGEST_FAILURE_MS = 1_000;

const CREATING: ContainerState = { is: 'waiting', reason: 'ContainerCreating' };

/**
 * What becomes of a pod on a node, stage by stage; it may have no end. `has` says whether the node has an image at that
 * moment. All containers wait until every image is there.
 */
export function* lifeOf(
  pod: PodFacts,
  behaviour: PodBehaviour,
  has: (image: string) => boolean,
): Generator<Stage, void, void> {
  const creating = viewOf(pod, () => CREATING);
  yield { afterMs: 0, containers: creating };
  for (const image of imagesOf(pod)) yield* pull(pod, image, behaviour, has, creating);
  yield* run(pod, behaviour);
}

/** The images of a pod, each once, in the order of its containers. */
export function imagesOf(pod: PodFacts): readonly string[] {
  return [...new Set([...pod.initContainers, ...pod.containers].map(({ image }) => image))];
}

function viewOf(pod: PodFacts, stateOf: (image: string) => ContainerState): readonly ContainerView[] {
  return pod.containers.map(({ name, image }) => ({ name, image, state: stateOf(image), restarts: 0 }));
}

/** The pause before the n-th repetition, from 1, in two parts: it doubles, up to a limit. */
function backOff({ backOffMs = BACK_OFF_MS }: PodBehaviour, repetition: number) {
  const ms = Math.max(1, backOffMs) * Math.min(2 ** (repetition - 1), LONGEST_BACK_OFF);
  const failureMs = Math.min(ms / 10, LONGEST_FAILURE_MS);
  return { ms, failureMs, restMs: ms - failureMs };
}

function* pull(
  pod: PodFacts,
  image: string,
  behaviour: PodBehaviour,
  has: (image: string) => boolean,
  creating: readonly ContainerView[],
): Generator<Stage, void, void> {
  const always = pod.containers.some(own => own.image === image && own.imagePullPolicy === 'Always');
  const { pullMs = 0, pullFailure } = behaviour;
  let pauseMs = 0;
  for (let attempt = 1; always || !has(image); attempt += 1) {
    const failure = pullFailure?.(image, attempt);
    if (!failure) {
      if (!has(image)) yield { afterMs: pauseMs + pullMs, containers: creating, pulled: image };
      return;
    }
    const waiting = (reason: string, message: string): readonly ContainerView[] =>
      viewOf(pod, other => (other === image ? { is: 'waiting', reason, message } : CREATING));
    const failed = waiting('ErrImagePull', pullMessage(image, failure));
    yield { afterMs: pauseMs + pullMs, containers: failed };
    const { failureMs, restMs } = backOff(behaviour, attempt);
    const backingOff = waiting('ImagePullBackOff', `Back-off pulling image "${image}"`);
    yield { afterMs: failureMs, containers: backingOff };
    pauseMs = restMs;
  }
}

function* run(pod: PodFacts, behaviour: PodBehaviour): Generator<Stage, void, void> {
  const { startMs = 0, readyMs = 0 } = behaviour;
  let last: Terminated | undefined;
  let pauseMs = startMs;
  for (let restart = 0; ; restart += 1) {
    const view = (state: ContainerState): readonly ContainerView[] => containersOf(pod, state, restart, last);
    yield { afterMs: pauseMs, containers: view({ is: 'running', ready: false }) };
    const end = endOf(pod, behaviour, restart);
    if (!end) {
      yield* readiness(behaviour, view);
      return;
    }
    const { afterMs = 0, exitCode = 0, message = '' } = end;
    if (readyMs < afterMs) yield { afterMs: readyMs, containers: view({ is: 'running', ready: true }) };
    const terminated: Terminated = { is: 'terminated', exitCode, message };
    yield { afterMs: afterMs - (readyMs < afterMs ? readyMs : 0), containers: view(terminated) };
    if (!startsAgain(pod, exitCode)) return;
    last = terminated;
    pauseMs = 0;
    if (restart === 0) continue; // a kubelet starts it again at once the first time
    const { ms, failureMs, restMs } = backOff(behaviour, restart);
    yield { afterMs: failureMs, containers: containersOf(pod, crashLooping(pod, ms), restart, last) };
    pauseMs = restMs;
  }
}

function endOf(pod: PodFacts, { ends }: PodBehaviour, restart: number): End | undefined {
  return ends?.(restart) ?? (pod.restartPolicy === 'Always' ? undefined : {});
}

function startsAgain({ restartPolicy }: PodFacts, exitCode: number): boolean {
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
}

function* readiness(
  { readyMs = 0, readyForMs = Number.POSITIVE_INFINITY }: PodBehaviour,
  view: (state: ContainerState) => readonly ContainerView[],
): Generator<Stage, void, void> {
  if (readyMs === Number.POSITIVE_INFINITY) return;
  yield { afterMs: readyMs, containers: view({ is: 'running', ready: true }) };
  if (readyForMs === Number.POSITIVE_INFINITY) return;
  yield { afterMs: readyForMs, containers: view({ is: 'running', ready: false }) };
}

/** The containers of a pod whose images are there. With restartPolicy Always, only the first one ever ends. */
function containersOf(
  pod: PodFacts,
  state: ContainerState,
  restarts: number,
  last: Terminated | undefined,
): readonly ContainerView[] {
  return pod.containers.map(({ name, image }, index) => {
    if (index === 0 || pod.restartPolicy !== 'Always')
      return { name, image, state, restarts, ...(last && { last }) };
    return { name, image, state: { is: 'running', ready: true }, restarts: 0 };
  });
}

function crashLooping({ containers, name, namespace, uid }: PodFacts, pauseMs: number): ContainerState {
  const container = containers[0]?.name;
  const message = `back-off ${Math.ceil(pauseMs / 1000)}s restarting failed container=${container} pod=${name}_${namespace}(${uid})`;
  return { is: 'waiting', reason: 'CrashLoopBackOff', message };
}
