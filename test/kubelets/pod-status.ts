import { createHash } from 'node:crypto';
import type { Container, PodFacts } from './facts.ts';
import type { ContainerState, ContainerView, Terminated } from './life.ts';

interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly lastProbeTime: null;
  readonly lastTransitionTime: string;
  readonly reason?: string | null;
  readonly message?: string | null;
}

interface WrittenContainer {
  readonly name: string;
  readonly restartCount: number;
  readonly startedAt: string;
}

/** A status as a kubelet writes it, and what the next one continues. */
export interface PodStatus {
  readonly body: Readonly<Record<string, unknown>>;
  readonly conditions: readonly Condition[];
  readonly containers: readonly WrittenContainer[];
  readonly startTime: string;
}

export interface Moment {
  /** In the form of the API. */
  readonly now: string;
  readonly hostIp: string;
  readonly podIp: string;
  /** What was written before. */
  readonly previous?: PodStatus | undefined;
  /** The node is gone: the control plane says that its pods are not Ready. */
  readonly nodeLost?: boolean;
}

/** The status that goes with the containers. */
export function podStatus(pod: PodFacts, views: readonly ContainerView[], moment: Moment): PodStatus {
  const { now, previous, hostIp, podIp } = moment;
  const phase = phaseOf(pod, views);
  const conditions = conditionsOf(views, phase, moment);
  const containers = views.map(view => writtenContainer(view, moment));
  const startTime = previous?.startTime ?? now;
  const waits = views.every(({ state }) => state.is === 'waiting');
  const started = !waits || views.some(({ last }) => last);
  const body = {
    ...{ phase, conditions, hostIP: hostIp, startTime, qosClass: 'BestEffort' },
    ...(started && { podIP: podIp, podIPs: [{ ip: podIp }] }),
    ...(pod.initContainers.length > 0 && {
      initContainerStatuses: pod.initContainers.map(own => initStatus(own, started, moment)),
    }),
    containerStatuses: views.map((view, index) => containerStatus(view, containers[index], moment)),
  };
  return { body, conditions, containers, startTime };
}

/** Pending until a container has started, and Succeeded or Failed when none will run again. */
export function phaseOf(pod: PodFacts, views: readonly ContainerView[]): string {
  const ended = views.flatMap(({ state }) => (state.is === 'terminated' ? [state] : []));
  const failed = ended.some(({ exitCode }) => exitCode !== 0);
  if (ended.length === views.length && pod.restartPolicy !== 'Always') {
    if (!failed) return 'Succeeded';
    if (pod.restartPolicy === 'Never') return 'Failed';
  }
  return views.some(({ state, last }) => state.is === 'waiting' && !last) ? 'Pending' : 'Running';
}

/** Whether every container is ready. */
export function isReadyView(views: readonly ContainerView[]): boolean {
  return views.every(({ state }) => state.is === 'running' && state.ready);
}

function conditionsOf(
  views: readonly ContainerView[],
  phase: string,
  { now, previous, nodeLost = false }: Moment,
): readonly Condition[] {
  const unready = views.filter(({ state }) => state.is !== 'running' || !state.ready);
  const why = notReadyReason(unready, phase);
  const ready = unready.length === 0 && !nodeLost;
  const condition = (type: string, isTrue: boolean): Condition => {
    const before = previous?.conditions.find(other => other.type === type);
    const status = isTrue ? 'True' : 'False';
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
    return { type, status, lastProbeTime: null, lastTransitionTime, ...(!isTrue && why) };
  };
  return [
    condition('Initialized', true),
    condition('Ready', ready),
    condition('ContainersReady', unready.length === 0),
    condition('PodScheduled', true),
  ];
}

function notReadyReason(unready: readonly ContainerView[], phase: string) {
  if (phase === 'Succeeded') return { reason: 'PodCompleted' };
  if (unready.length === 0) return {};
  const names = unready.map(({ name }) => name).join(' ');
  return { reason: 'ContainersNotReady', message: `containers with unready status: [${names}]` };
}

function writtenContainer({ name, restarts }: ContainerView, { now, previous }: Moment): WrittenContainer {
  const before = previous?.containers.find(other => other.name === name);
  return before?.restartCount === restarts ? before : { name, restartCount: restarts, startedAt: now };
}

function containerStatus(
  { name, image, state, last, restarts }: ContainerView,
  written: WrittenContainer | undefined,
  { now }: Moment,
) {
  const startedAt = written?.startedAt ?? now;
  const hasImage = state.is !== 'waiting' || last !== undefined;
  return {
    ...{ name, image, imageID: hasImage ? imageId(image) : '', restartCount: restarts },
    ready: state.is === 'running' && state.ready,
    started: state.is === 'running',
    state: stateObject(state, startedAt, now),
    lastState: last ? stateObject(last, startedAt, startedAt) : {},
    ...(hasImage && { containerID: `containerd://${digest(`${name} ${restarts} ${startedAt}`)}` }),
  };
}

function stateObject(state: ContainerState, startedAt: string, now: string): Record<string, unknown> {
  switch (state.is) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message && { message: state.message }) } };
    case 'running':
      return { running: { startedAt } };
    case 'terminated':
      return { terminated: terminatedObject(state, startedAt, now) };
  }
}

function terminatedObject({ exitCode, message }: Terminated, startedAt: string, finishedAt: string) {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { exitCode, reason, ...(message && { message }), startedAt, finishedAt };
}

function initStatus({ name, image }: Container, started: boolean, { now }: Moment) {
  const done: Terminated = { is: 'terminated', exitCode: 0, message: '' };
  const waiting: ContainerState = { is: 'waiting', reason: 'PodInitializing' };
  const state = stateObject(started ? done : waiting, now, now);
  return { name, image, imageID: started ? imageId(image) : '', restartCount: 0, ready: started, state };
}

/** As containerd names an image by its contents: the same image has the same one on every node. */
export function imageId(image: string): string {
  const [repository] = image.split('@');
  const name = repository?.replace(/:[^/:]*$/, '');
  return `${name}@sha256:${digest(image)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
