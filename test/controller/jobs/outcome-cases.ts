import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { FOUND_EARLIER } from '../../../jobs/lib/run/termination.ts';
import {
  backOff,
  completed,
  JOB,
  NAME,
  pod,
  RUNNING,
  SCHEDULED,
  said,
  terminated,
  WHERE,
  waiting,
} from './statuses.ts';

/** Name of the test, the Job, its pods, and the outcome without what it has of patience. */
export const CASES: readonly (readonly [string, KubeObject, readonly KubeObject[], string, string])[] = [
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
