import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JobOutcome, jobOutcome, judged } from '../../../controller/jobs/job-outcome.ts';
import { createPatience } from '../../../controller/jobs/patience.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { FOUND_EARLIER, terminationMessage } from '../../../jobs/lib/run/termination.ts';

const NAME = 'calico-upgrade-v2.5-5f0c1d9e';
const JOB: KubeObject = {
  metadata: { name: NAME, namespace: 'default', uid: 'j1' },
  status: { active: 1, startTime: '2026-11-20T10:00:00Z' },
};

const said = (sentence: string, outcome: 'done' | 'failed' | 'refused' | 'usage' | 'different' = 'done') =>
  terminationMessage({ job: 'tpr-to-crd', outcome, sentence, counts: {}, durationMs: 1 }, undefined);

const SCHEDULED = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-20T10:00:00Z' };

interface Container {
  readonly restartCount?: number;
  readonly ready?: boolean;
  readonly state: Record<string, unknown>;
  readonly lastState?: Record<string, unknown>;
}

/** A pod as a kubelet describes it: the container that the Job is about, and what a person's tools added behind it. */
function pod(container: Container | undefined, fields: Record<string, unknown> = {}): KubeObject {
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

const terminated = (exitCode: number, message = '', reason = exitCode === 0 ? 'Completed' : 'Error') => ({
  terminated: { exitCode, reason, ...(message && { message }), containerID: 'containerd://1' },
});

const RUNNING = { running: { startedAt: '2026-11-20T10:00:02Z' } };

const backOff = (seconds: string) => ({
  waiting: {
    reason: 'CrashLoopBackOff',
    message: `back-off ${seconds} restarting failed container=upgrade pod=job-x_default(p1)`,
  },
});

const waiting = (reason: string, message?: string) => ({
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});

const completed = (type: string, more: Record<string, string> = {}): KubeObject => ({
  ...JOB,
  status: { conditions: [{ type, status: 'True', lastTransitionTime: '2026-11-20T10:05:00Z', ...more }] },
});

const WHERE = `Job default/${NAME}: pod job-x on node n1`;

/** Name of the test, the Job, its pods, and the outcome without what it has of patience. */
const CASES: readonly (readonly [string, KubeObject, readonly KubeObject[], string, string])[] = [
  ['waits for its pod', JOB, [], 'running', `Job default/${NAME} has no pod yet: kubectl describe says why`],
  [
    'says why no node takes the pod',
    JOB,
    [
      {
        ...pod(undefined, {
          phase: 'Pending',
          conditions: [
            {
              ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
              message: '0/3 nodes are available: 3 Insufficient memory.',
            },
          ],
        }),
        spec: { containers: [{ name: 'upgrade' }] },
      },
    ],
    'running',
    `Job default/${NAME}: pod job-x does not run yet (Unschedulable: 0/3 nodes are available: 3 Insufficient memory.)`,
  ],
  [
    'waits for a pod of which its node has said nothing yet',
    JOB,
    [pod(undefined)],
    'running',
    `${WHERE} does not run yet`,
  ],
  [
    'says that the image is missing',
    JOB,
    [pod(waiting('ImagePullBackOff', 'Back-off pulling image "x/job:0.1.1"'), { phase: 'Pending' })],
    'running',
    `${WHERE} does not run yet (ImagePullBackOff: Back-off pulling image "x/job:0.1.1")`,
  ],
  [
    'says that its configuration is missing',
    JOB,
    [pod(waiting('CreateContainerConfigError', 'configmap "calico-config" not found'), { phase: 'Pending' })],
    'running',
    `${WHERE} does not run yet (CreateContainerConfigError: configmap "calico-config" not found)`,
  ],
  [
    'fails at once where the name of the image is none',
    JOB,
    [pod(waiting('InvalidImageName', 'Failed to apply default image tag "x:y:z"'), { phase: 'Pending' })],
    'failed',
    `${WHERE} does not run yet (InvalidImageName: Failed to apply default image tag "x:y:z")`,
  ],
  ['runs', JOB, [pod({ state: RUNNING, ready: true })], 'running', `${WHERE} is running`],
  [
    'says that the node of its pod is away',
    JOB,
    [pod({ state: RUNNING, ready: true }, { conditions: [SCHEDULED, { type: 'Ready', status: 'False' }] })],
    'running',
    `${WHERE} is running, but its node does not say so any more`,
  ],
  [
    'is done when its container is, with what it said',
    JOB,
    [pod({ state: terminated(0, said('copied and verified: 35 created')) }, { phase: 'Succeeded' })],
    'done',
    'copied and verified: 35 created',
  ],
  [
    'is done at the second try',
    completed('Complete'),
    [
      pod(
        {
          restartCount: 1,
          state: terminated(0, said('copied')),
          lastState: terminated(1, said('no', 'failed')),
        },
        { phase: 'Succeeded' },
      ),
    ],
    'done',
    'copied',
  ],
  [
    'is done where somebody deleted the pod since',
    completed('Complete'),
    [],
    'done',
    `Job default/${NAME} is complete; its pod is gone, and with it what it said`,
  ],
  [
    'is refused at once',
    JOB,
    [pod({ state: terminated(3, said('nothing was written: 1 object', 'refused')) })],
    'failed',
    'nothing was written: 1 object',
  ],
  [
    'stays refused between two containers, and says what the first found',
    JOB,
    [
      pod({
        restartCount: 4,
        state: backOff('1m20s'),
        lastState: terminated(3, said(`nothing was written${FOUND_EARLIER}`, 'refused')),
      }),
    ],
    'failed',
    'nothing was written',
  ],
  [
    'stays refused while a container repeats it',
    JOB,
    [pod({ restartCount: 2, state: RUNNING, ready: true, lastState: terminated(4, said('a', 'different')) })],
    'failed',
    'a',
  ],
  [
    'fails at once for wrong usage, also of a program that says nothing',
    JOB,
    [pod({ state: terminated(2) })],
    'failed',
    'it ended with exit code 2 (Error)',
  ],
  [
    'is tried again after what may pass',
    JOB,
    [
      pod({
        restartCount: 1,
        state: backOff('20s'),
        lastState: terminated(1, said('etcd does not answer', 'failed')),
      }),
    ],
    'running',
    `Job default/${NAME} failed and is tried again: etcd does not answer`,
  ],
  [
    'runs again after what may pass',
    JOB,
    [pod({ restartCount: 3, ready: true, state: RUNNING, lastState: terminated(1, said('x', 'failed')) })],
    'running',
    `${WHERE} is running`,
  ],
  [
    'fails when no further try helped',
    JOB,
    [pod({ restartCount: 3, state: backOff('40s'), lastState: terminated(1, said('no etcd', 'failed')) })],
    'failed',
    `Job default/${NAME} has failed 4 times: no etcd`,
  ],
  [
    'says that the memory was not enough',
    JOB,
    [pod({ restartCount: 1, state: backOff('10s'), lastState: terminated(137, '', 'OOMKilled') })],
    'running',
    `Job default/${NAME} failed and is tried again: it ended with exit code 137 (OOMKilled)`,
  ],
  [
    'follows the pod that came after one that was evicted',
    JOB,
    [
      pod({ state: RUNNING, ready: true }, { metadata: { name: 'job-y' } }),
      pod(undefined, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }),
    ],
    'running',
    `Job default/${NAME}: pod job-y on node n1 is running`,
  ],
  [
    'says that its pod was evicted',
    JOB,
    [pod(undefined, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' })],
    'running',
    `Job default/${NAME} failed and is tried again: ${WHERE} was ended from outside (Evicted: The node was low on memory.)`,
  ],
  [
    'fails when pod after pod is evicted',
    JOB,
    ['01', '02', '03', '04'].map(second =>
      pod(undefined, {
        ...{ phase: 'Failed', reason: 'Evicted' },
        metadata: { creationTimestamp: `2026-11-20T10:00:${second}Z` },
      }),
    ),
    'failed',
    `Job default/${NAME} has failed 4 times: ${WHERE} was ended from outside (Evicted)`,
  ],
  [
    'fails where Kubernetes has given up, and says why',
    completed('Failed', {
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    }),
    [],
    'failed',
    `Job default/${NAME} failed: BackoffLimitExceeded: Job has reached the specified backoff limit`,
  ],
  [
    'says that somebody deletes it',
    { ...JOB, metadata: { ...JOB.metadata, deletionTimestamp: '2026-11-20T10:01:00Z' } },
    [pod({ state: RUNNING, ready: true })],
    'running',
    `Job default/${NAME} is being deleted`,
  ],
  [
    'says that somebody deletes its pod',
    JOB,
    [pod({ state: RUNNING, ready: true }, { metadata: { deletionTimestamp: '2026-11-20T10:01:00Z' } })],
    'running',
    `${WHERE} is being deleted`,
  ],
];

const textOf = (outcome: JobOutcome): string =>
  outcome.state === 'running' ? outcome.message : outcome.sentence;

describe('a Job', () => {
  for (const [name, job, pods, state, text] of CASES) {
    it(name, () => {
      const outcome = jobOutcome(job, pods);
      assert.deepEqual([outcome.state, textOf(outcome)], [state, text]);
    });
  }

  it('has the exit code of its container', () => {
    for (const exitCode of [2, 3, 4]) {
      const outcome = jobOutcome(JOB, [pod({ state: terminated(exitCode, said('x', 'refused')) })]);
      assert.deepEqual(outcome, { state: 'failed', sentence: 'x', exitCode });
    }
  });

  it('has trouble in all that is not running as it should', () => {
    for (const [name, job, pods, state, text] of CASES) {
      const outcome = jobOutcome(job, pods);
      const expected = state === 'running' && !text.endsWith(' is running');
      assert.equal(outcome.state === 'running' && outcome.trouble !== undefined, expected, name);
    }
  });
});

describe('a Job that has trouble', () => {
  const missing = jobOutcome(JOB, [pod(waiting('ErrImagePull', 'not found'), { phase: 'Pending' })]);
  const backingOff = jobOutcome(JOB, [pod(waiting('ImagePullBackOff', 'Back-off'), { phase: 'Pending' })]);
  const fine = jobOutcome(JOB, [pod({ state: RUNNING, ready: true })]);
  const MINUTE = 60_000;

  it('gets ten minutes to start, whatever its reasons are meanwhile', () => {
    let now = 5 * MINUTE;
    const patience = createPatience(() => now);
    const see = (outcome: JobOutcome) =>
      judged(outcome, patience.elapsedMs(outcome.state === 'running' ? outcome.trouble?.what : undefined));
    for (const outcome of [missing, backingOff, missing, backingOff]) {
      assert.equal(see(outcome).state, 'running');
      now += 2.5 * MINUTE;
    }
    assert.deepEqual(see(backingOff), {
      state: 'failed',
      sentence: `${WHERE} does not run yet (ImagePullBackOff: Back-off) (for 10 min 0 s)`,
    });
  });

  it('gets them again after it was well', () => {
    let now = 0;
    const patience = createPatience(() => now);
    const see = (outcome: JobOutcome) =>
      judged(outcome, patience.elapsedMs(outcome.state === 'running' ? outcome.trouble?.what : undefined));
    for (const outcome of [missing, missing, fine, missing, missing]) {
      assert.equal(see(outcome).state, 'running');
      now += 9 * MINUTE;
    }
    assert.equal(see(missing).state, 'failed');
  });

  it('may run as long as it needs', () => {
    assert.equal(judged(fine, 24 * 60 * MINUTE).state, 'running');
  });
});
