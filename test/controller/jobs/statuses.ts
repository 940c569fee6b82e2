import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { terminationMessage } from '../../../jobs/lib/run/termination.ts';

export const NAME = 'calico-upgrade-v2.5-5f0c1d9e';
export const JOB: KubeObject = {
  metadata: { name: NAME, namespace: 'default', uid: 'j1' },
  status: { active: 1, startTime: '2026-11-20T10:00:00Z' },
};

/** The termination message of a job. */
export const said = (
  sentence: string,
  outcome: 'done' | 'failed' | 'refused' | 'usage' | 'different' = 'done',
) => terminationMessage({ job: 'tpr-to-crd', outcome, sentence, counts: {}, durationMs: 1 }, undefined);

export const SCHEDULED = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-20T10:00:00Z' };

interface Container {
  readonly restartCount?: number;
  readonly ready?: boolean;
  readonly state: Record<string, unknown>;
  readonly lastState?: Record<string, unknown>;
}

/** A pod as a kubelet describes it: the container that the Job is about, and what a person's tools added behind it. */
export function pod(container: Container | undefined, fields: Record<string, unknown> = {}): KubeObject {
  const { metadata = {}, ...status } = fields;
  const base = { imageID: '', image: 'calico-upgrade/job:0.1.0', restartCount: 0, lastState: {} };
  return {
    metadata: {
      ...{ name: 'job-x', namespace: 'default', creationTimestamp: '2026-11-20T10:00:01Z' },
      ...(typeof metadata === 'object' && metadata),
    },
    spec: { nodeName: 'n1', containers: [{ name: 'upgrade' }] },
    status: {
      phase: 'Running',
      conditions: [SCHEDULED],
      ...(container && { containerStatuses: [{ ...base, name: 'upgrade', ready: false, ...container }] }),
      ...status,
    },
  };
}

export const terminated = (
  exitCode: number,
  message = '',
  reason = exitCode === 0 ? 'Completed' : 'Error',
) => ({
  terminated: { exitCode, reason, ...(message && { message }), containerID: 'containerd://1' },
});

export const RUNNING = { running: { startedAt: '2026-11-20T10:00:02Z' } };

export const backOff = (seconds: string) => ({
  waiting: {
    reason: 'CrashLoopBackOff',
    message: `back-off ${seconds} restarting failed container=upgrade pod=job-x_default(p1)`,
  },
});

export const waiting = (reason: string, message?: string) => ({
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});

export const completed = (type: string, more: Record<string, string> = {}): KubeObject => ({
  ...JOB,
  status: { conditions: [{ type, status: 'True', lastTransitionTime: '2026-11-20T10:05:00Z', ...more }] },
});

/** How a message begins that is about the pod. */
export const WHERE = `Job default/${NAME}: pod job-x on node n1`;
