import { containersOf } from '../../jobs/lib/calico/container-env.ts';
import { REVISION_ANNOTATION } from '../../jobs/lib/calico/upgrade/annotations.ts';
import { isBeingDeleted, isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { conditionOf, hasCondition } from './node-facts.ts';

/** Why a container does not run, in the words of kubelet. */
export interface Trouble {
  readonly container: string;
  /** Such as `ImagePullBackOff`, or `exit code 1`. */
  readonly reason: string;
  readonly message: string;
}

/** What a rollout knows of a pod. */
export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  /** The node that it is on; '' where it has none yet. */
  readonly node: string;
  /** The revision of the template that it was made from; undefined where that had none. */
  readonly revision: string | undefined;
  /** Image by container, as the pod asks for it. */
  readonly images: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  /** Since when it is Ready or not, RFC 3339, by the clock of its kubelet. */
  readonly readySince: string | undefined;
  readonly isDeleting: boolean;
  /** Whether every container runs, whatever its probe says. */
  readonly isRunning: boolean;
  /** How often the container calico-node was started again. */
  readonly restarts: number;
  readonly trouble: Trouble | undefined;
  /** Why kubelet gave the pod up (`Evicted …`, `OutOfpods …`); undefined where it did not. */
  readonly givenUp: string | undefined;
  /** Containers whose image is on the node: they run, or have ended. */
  readonly pulled: readonly string[];
}

/** Whether every image of a pod is on its node. */
export const hasImages = ({ images, pulled }: PodFacts): boolean =>
  Object.keys(images).every(name => pulled.includes(name));

/** The facts of a pod of calico-node, or of one that pulls its images. */
export function podFacts({ metadata, spec, status, ...rest }: KubeObject): PodFacts {
  const { name, uid = '', annotations = {} } = metadata;
  const containers = containersOf(spec);
  const statuses = containerStatuses(status);
  const readySince = conditionOf(status, 'Ready')?.lastTransitionTime;
  return {
    name,
    uid,
    node: isRecord(spec) && typeof spec.nodeName === 'string' ? spec.nodeName : '',
    revision: annotations[REVISION_ANNOTATION],
    images: Object.fromEntries(containers.map(container => [container.name, container.image])),
    isReady: hasCondition(status, 'Ready'),
    readySince: typeof readySince === 'string' ? readySince : undefined,
    isDeleting: isBeingDeleted({ metadata, spec, ...rest }),
    isRunning: statuses.length === containers.length && statuses.every(({ state }) => 'running' in state),
    restarts: statuses.find(container => container.name === 'calico-node')?.restarts ?? 0,
    trouble: [...statuses.map(waitingTrouble), ...statuses.map(endTrouble)].find(
      trouble => trouble !== undefined,
    ),
    givenUp: givenUp(status),
    pulled: statuses.filter(isPulled).map(container => container.name),
  };
}

function givenUp(status: unknown): string | undefined {
  if (!isRecord(status) || status.phase !== 'Failed') return undefined;
  return [status.reason, status.message].filter(part => typeof part === 'string').join(' ') || 'Failed';
}

interface ContainerStatus {
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly last: Readonly<Record<string, unknown>>;
  readonly restarts: number;
  readonly imageId: string;
}

function containerStatuses(status: unknown): readonly ContainerStatus[] {
  const all = isRecord(status) && Array.isArray(status.containerStatuses) ? status.containerStatuses : [];
  return all.filter(isRecord).map(({ name, state, lastState, restartCount, imageID }) => ({
    name: String(name),
    state: isRecord(state) ? state : {},
    last: isRecord(lastState) ? lastState : {},
    restarts: typeof restartCount === 'number' ? restartCount : 0,
    imageId: typeof imageID === 'string' ? imageID : '',
  }));
}

/** A container that could not be started has its image, too: a command that is not in it, for example. */
const isPulled = ({ state, last, imageId }: ContainerStatus): boolean =>
  imageId !== '' || 'running' in state || 'terminated' in state || 'terminated' in last;

/** What kubelet says while a container starts as it should. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

/** Comes before an end: of the containers that pull images, some have ended while others wait. */
function waitingTrouble({ name, state: { waiting }, last }: ContainerStatus): Trouble | undefined {
  if (!isRecord(waiting) || USUAL.has(String(waiting.reason))) return undefined;
  return { container: name, reason: String(waiting.reason), message: messageOf(waiting, last) };
}

function endTrouble({ name, state: { terminated } }: ContainerStatus): Trouble | undefined {
  if (!isRecord(terminated)) return undefined;
  return {
    container: name,
    reason: `exit code ${String(terminated.exitCode)}`,
    message: String(terminated.message ?? terminated.reason ?? ''),
  };
}

function messageOf(
  waiting: Readonly<Record<string, unknown>>,
  { terminated }: Readonly<Record<string, unknown>>,
): string {
  const ended = isRecord(terminated) ? `, exit code ${String(terminated.exitCode)} before` : '';
  return `${String(waiting.message ?? '')}${ended}`;
}
