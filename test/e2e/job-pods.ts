import assert from 'node:assert/strict';
import * as v from 'valibot';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { eventually } from '../demo/eventually.ts';
import type { Operator } from './operator.ts';

const ended = v.object({ exitCode: v.number(), message: v.optional(v.string(), '') });

const podSchema = v.object({
  spec: v.object({ nodeName: v.optional(v.string(), '') }),
  status: v.object({
    phase: v.string(),
    containerStatuses: v.optional(
      v.array(
        v.object({
          restartCount: v.number(),
          state: v.object({
            waiting: v.optional(v.object({ reason: v.string() })),
            running: v.optional(v.object({})),
            terminated: v.optional(ended),
          }),
          lastState: v.object({ terminated: v.optional(ended) }),
        }),
      ),
      [],
    ),
  }),
});

/** What a pod of one container has come to. */
export interface PodState {
  readonly node: string;
  readonly phase: string;
  readonly restarts: number;
  readonly running: boolean;
  /** Why the container does not start. */
  readonly waiting: string | undefined;
  /** How the container ended, now or before its last restart. */
  readonly ended: v.InferOutput<typeof ended> | undefined;
}

export async function podState(client: KubeClient, name: string): Promise<PodState | undefined> {
  const pod = await get(client, PODS, name, 'default');
  if (!pod) return undefined;
  const { spec, status } = v.parse(podSchema, pod);
  const [container] = status.containerStatuses;
  return {
    node: spec.nodeName,
    phase: status.phase,
    restarts: container?.restartCount ?? 0,
    running: container?.state.running !== undefined,
    waiting: container?.state.waiting?.reason,
    ended: container?.state.terminated ?? container?.lastState.terminated,
  };
}

/** The last pod that `kubectl describe job` names. */
export async function podNamedBy(operator: Operator, describe: string): Promise<string> {
  return eventually('describe names a pod', async () => {
    const events = await operator.run(describe);
    return [...events.matchAll(/Created pod: (\S+)/g)].at(-1)?.[1];
  });
}

/** Waits until a pod is as wanted. */
export function podBecomes(
  client: KubeClient,
  name: string,
  what: string,
  wanted: (pod: PodState) => boolean,
): Promise<PodState> {
  return eventually(`the pod ${name} ${what}`, async () => {
    const pod = await podState(client, name);
    return pod && wanted(pod) && pod;
  });
}

/** Waits until a container of the pod has ended, and checks with which exit code; returns its termination message. */
export async function endOf(client: KubeClient, name: string, exitCode: number): Promise<string> {
  const pod = await podBecomes(client, name, 'ends', ({ ended }) => ended !== undefined);
  assert.equal(pod.ended?.exitCode, exitCode, pod.ended?.message);
  return pod.ended?.message ?? '';
}
