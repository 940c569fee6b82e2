import * as v from 'valibot';
import { isBeingDeleted, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { sentenceOf } from '../../jobs/lib/run/termination.ts';

const text = v.nullish(v.string(), '');

const terminatedSchema = v.object({ exitCode: v.number(), reason: text, message: text });

const stateSchema = v.nullish(
  v.object({
    waiting: v.nullish(v.object({ reason: text, message: text })),
    running: v.nullish(v.object({})),
    terminated: v.nullish(terminatedSchema),
  }),
);

const podSchema = v.object({
  spec: v.object({ nodeName: text, containers: v.array(v.object({ name: v.string() })) }),
  status: v.object({
    phase: text,
    reason: text,
    message: text,
    conditions: v.nullish(
      v.array(v.object({ type: v.string(), status: v.string(), reason: text, message: text })),
    ),
    containerStatuses: v.nullish(
      v.array(
        v.object({
          name: v.string(),
          ready: v.boolean(),
          restartCount: v.number(),
          state: stateSchema,
          lastState: stateSchema,
        }),
      ),
    ),
  }),
});

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  /** What the job says of it; its exit code and Kubernetes' reason where it said nothing. */
  readonly sentence: string;
}

/** What a pod's status says of the one run that it is for. */
export interface JobPod {
  readonly name: string;
  /** Undefined until it is scheduled. */
  readonly node: string | undefined;
  /** It is not started again: it was evicted, or its node is gone. */
  readonly lost: boolean;
  readonly leaving: boolean;
  readonly running: boolean;
  /** False where the node has stopped to say how it is. */
  readonly answers: boolean;
  readonly restarts: number;
  /** How the container ended, or the one before it. */
  readonly ended: Ended | undefined;
  /** Why the container, or the pod, does not run: the reason of Kubernetes. */
  readonly waiting: { readonly reason: string; readonly message: string };
}

/** Reads the status of a pod. */
export function jobPod(pod: KubeObject): JobPod {
  const { spec, status } = v.parse(podSchema, { spec: pod.spec, status: pod.status ?? {} });
  const [first] = spec.containers;
  const container = status.containerStatuses?.find(({ name }) => name === first?.name);
  const condition = (type: string) => status.conditions?.find(one => one.type === type);
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  const scheduled = condition('PodScheduled');
  return {
    name: pod.metadata.name,
    node: spec.nodeName || undefined,
    lost: status.phase === 'Failed',
    leaving: isBeingDeleted(pod),
    running: Boolean(container?.state?.running),
    // The API server marks the pods of a node that is away as not ready; only their node says it of a container.
    answers: !(container?.ready && condition('Ready')?.status === 'False'),
    restarts: container?.restartCount ?? 0,
    ended: ended ? endedOf(ended) : undefined,
    waiting: container?.state?.waiting ?? (scheduled?.status === 'False' ? scheduled : status),
  };
}

function endedOf({ exitCode, reason, message }: v.InferOutput<typeof terminatedSchema>): Ended {
  const said = sentenceOf(message);
  return { exitCode, sentence: said || `it ended with exit code ${exitCode}${reason && ` (${reason})`}` };
}
