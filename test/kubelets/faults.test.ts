import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { JOBS, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../jobs/lib/kubernetes/write.ts';
import { eventually } from '../demo/eventually.ts';
import { CRASH_LOOP } from './behaviour.ts';
import type { PlayedPod } from './pods.ts';
import { useKubelets } from './use-kubelets.ts';

const IMAGE = 'quay.io/calico/node:v2.6.12';
const own = useKubelets({ nodes: ['n1', 'n2'] });

/** Creates a pod on n1, as a pre-pull pod is made. */
async function createPod(name: string, restartPolicy = 'Always'): Promise<void> {
  const spec = { nodeName: 'n1', restartPolicy, containers: [{ name: 'one', image: IMAGE }] };
  await create(own.client, PODS, { metadata: { name }, spec }, 'default');
}

/** The status of its container, when the API server's answer satisfies the condition. */
async function containerStatus(name: string, condition: (status: Status) => unknown): Promise<Status> {
  return eventually(`the pod ${name} comes so far`, async () => {
    const status = statusOf(await get(own.client, PODS, name, 'default'));
    return status && condition(status) ? status : undefined;
  });
}

interface Status {
  readonly phase: unknown;
  readonly ready: unknown;
  readonly restartCount: number;
  readonly waiting: Readonly<Record<string, unknown>>;
  readonly terminated: Readonly<Record<string, unknown>>;
  readonly lastTerminated: Readonly<Record<string, unknown>>;
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

function statusOf(object: unknown): Status | undefined {
  const { phase, containerStatuses } = record(record(object).status);
  if (!Array.isArray(containerStatuses)) return undefined;
  const own = record(containerStatuses[0]);
  const state = record(own.state);
  return {
    ...{ phase, ready: own.ready, restartCount: Number(own.restartCount) },
    ...{ waiting: record(state.waiting), terminated: record(state.terminated) },
    lastTerminated: record(record(own.lastState).terminated),
  };
}

describe('simulated kubelets whose pods fail', () => {
  beforeEach(() => own.kubelets.images('n1').clear());
  afterEach(async () => {
    own.kubelets.setBehaviour(() => ({}));
    await own.cluster.kubectl(['delete', 'jobs,pods', '-n', 'default', '--all']);
  });

  it('back off from an image that cannot be pulled', async () => {
    own.kubelets.setBehaviour(() => ({ backOffMs: 2_000, pullFailure: () => 'unknown-authority' }));
    await createPod('pull', 'Never');
    const first = await containerStatus('pull', ({ waiting }) => waiting.reason === 'ErrImagePull');
    assert.match(
      String(first.waiting.message),
      /node:v2\.6\.12.*x509: certificate signed by unknown authority/,
    );
    const then = await containerStatus('pull', ({ waiting }) => waiting.reason === 'ImagePullBackOff');
    assert.deepEqual([then.phase, then.waiting.message], ['Pending', `Back-off pulling image "${IMAGE}"`]);
    assert.ok(!own.kubelets.images('n1').has(IMAGE));
  });

  it('have an image that a pod of it pulled', async () => {
    own.kubelets.setBehaviour(() => ({ pullMs: 300 }));
    await createPod('pull', 'Never');
    await containerStatus('pull', ({ phase }) => phase === 'Succeeded');
    assert.ok(own.kubelets.images('n1').has(IMAGE));
  });

  it('restart a container that crashes', async () => {
    own.kubelets.setBehaviour(() => ({ ...CRASH_LOOP, backOffMs: 100 }));
    await createPod('crash');
    const status = await containerStatus(
      'crash',
      ({ waiting, restartCount }) => waiting.reason === 'CrashLoopBackOff' && restartCount >= 2,
    );
    assert.match(
      String(status.waiting.message),
      /^back-off 1s restarting failed container=one pod=crash_default/,
    );
    assert.deepEqual([status.phase, status.ready, status.lastTerminated.exitCode], ['Running', false, 1]);
  });

  it('let a pod become Ready and then not', async () => {
    own.kubelets.setBehaviour(() => ({ readyMs: 100, readyForMs: 200 }));
    own.kubelets.forgetHistory();
    await createPod('unsteady');
    const what = () => own.kubelets.history().map(entry => entry.what);
    await eventually('it is not Ready any more', async () => what().includes('pod-not-ready'));
    assert.deepEqual(what(), ['pod-bound', 'pod-ready', 'pod-not-ready']);
  });

  it("finish a Job's pod with its termination message", async () => {
    const message = 'done: 5 objects were copied\n{"outcome":"done"}';
    own.kubelets.setBehaviour(pod =>
      pod.owner?.kind === 'Job' ? { ends: () => ({ afterMs: 100, message }) } : {},
    );
    await createJob('copy', 'Never');
    await eventually('the Job is complete', async () => {
      const { succeeded } = record(record(await get(own.client, JOBS, 'copy', 'default')).status);
      return succeeded === 1;
    });
    const pod = await podOfJob('copy');
    const { phase, terminated } = await containerStatus(pod.name, () => true);
    assert.deepEqual([phase, terminated.exitCode, terminated.message], ['Succeeded', 0, message]);
  });

  it("restart a Job's container that failed, with OnFailure", async () => {
    const refused = { exitCode: 3, message: 'refused: the datastore is locked' };
    own.kubelets.setBehaviour(() => ({ ends: () => refused, backOffMs: 60_000 }));
    await createJob('refused', 'OnFailure');
    const pod = await podOfJob('refused');
    const status = await containerStatus(pod.name, ({ waiting }) => waiting.reason === 'CrashLoopBackOff');
    assert.deepEqual([status.phase, status.restartCount], ['Running', 1]);
    assert.deepEqual(
      [status.lastTerminated.exitCode, status.lastTerminated.message],
      [refused.exitCode, refused.message],
    );
  });
});

function podOfJob(name: string): Promise<PlayedPod> {
  return eventually(`the Job ${name} has a pod`, async () =>
    own.kubelets.pods().find(({ labels }) => labels['job-name'] === name),
  );
}

async function createJob(name: string, restartPolicy: string): Promise<void> {
  const spec = { restartPolicy, containers: [{ name: 'job', image: IMAGE }] };
  const job = { metadata: { name }, spec: { template: { spec } } };
  await create(own.client, JOBS, job, 'default');
}
