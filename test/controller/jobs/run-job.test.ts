import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DATA_JOBS } from '../../../controller/jobs/data-jobs.ts';
import { UPGRADE_LABEL } from '../../../controller/jobs/job-manifest.ts';
import type { JobOutcome } from '../../../controller/jobs/job-outcome.ts';
import type { JobManifest } from '../../../controller/jobs/job-schema.ts';
import { createPatience } from '../../../controller/jobs/patience.ts';
import { advanceJob, JOB_RIGHTS, readJobOutcome, removeJob } from '../../../controller/jobs/run-job.ts';
import { JOBS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { terminationMessage } from '../../../jobs/lib/run/termination.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { eventually } from '../../demo/eventually.ts';
import { accountWith, type Right } from '../../jobs/job-rights.ts';
import { MANIFESTS, manifestJob } from './manifest-job.ts';

const SIGNAL = new AbortController().signal;

/** Each test has an upgrade of its own, and so Jobs of its own. */
let upgrades = 0;
async function newJob(command = 'backup'): Promise<JobManifest> {
  upgrades += 1;
  return manifestJob(command, `upgrade-${upgrades}`, `${String(upgrades).padStart(8, '0')}-0000`);
}

describe('the Job of a data step', () => {
  let cluster: Cluster;
  let client: KubeClient;

  before(async () => {
    cluster = await startCluster({ name: 'data-jobs', scheduler: true });
    client = connect({ kubeconfig: cluster.kubeconfig });
    for (const manifest of ['backup-job.yaml', 'etcd-migration-job.yaml']) {
      const applied = await cluster.kubectl(['apply', '-f', join(MANIFESTS, manifest)]);
      assert.equal(applied.exitCode, 0, applied.stderr);
    }
  });
  after(async () => {
    await client?.close();
    await cluster?.stop();
  });

  const advance = (job: JobManifest, by = client) => advanceJob(by, job, createPatience());

  async function podsOf({ metadata }: JobManifest): Promise<readonly KubeObject[]> {
    const { name, namespace } = metadata;
    return (await list(client, PODS, { namespace, labelSelector: `job-name=${name}` })) ?? [];
  }

  const podOf = (job: JobManifest) =>
    eventually('the Job has its pod', async () => (await podsOf(job))[0] ?? false);

  /** Says what a kubelet would of the container of a Job. */
  async function says(job: JobManifest, phase: string, status: Record<string, unknown>): Promise<void> {
    const pod = await podOf(job);
    const [{ name, image }] = job.spec.template.spec.containers;
    const containerStatus = { name, image, imageID: '', ready: false, restartCount: 0, ...status };
    await client.request({
      method: 'PATCH',
      path: `${objectPath(PODS, pod.metadata.name, pod.metadata.namespace)}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { phase, containerStatuses: [containerStatus] } },
    });
  }

  const ended = (exitCode: number, sentence: string) => {
    const outcome = exitCode === 0 ? 'done' : 'refused';
    const message = terminationMessage({ job: 'x', outcome, sentence, counts: {}, durationMs: 1 }, undefined);
    return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message } };
  };

  it('is accepted by the API server, for every step', async () => {
    for (const command of DATA_JOBS) {
      const job = await newJob(command);
      const outcome = await advance(job);
      const { name, namespace } = job.metadata;
      assert.deepEqual(outcome, { state: 'running', message: `Job ${namespace}/${name} was created` });
      await removeJob(client, job, SIGNAL);
    }
  });

  it('is made once, by whichever controller comes first, and followed by the others', async () => {
    const job = await newJob();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => advance(job)));
    const texts = outcomes.map(outcome => (outcome.state === 'running' ? outcome.message : ''));
    assert.equal(texts.filter(text => text.endsWith('was created')).length, 1, texts.join('\n'));
    assert.ok(outcomes.every(({ state }) => state === 'running'));
    const unschedulable = await eventually('the scheduler has looked', async () => {
      const outcome = await advance(job);
      return outcome.state === 'running' && outcome.message.includes('Unschedulable') && outcome.message;
    });
    assert.match(unschedulable, /: pod \S+ does not run yet \(Unschedulable: .*no nodes available/);
  });

  it('is done when its pod says so, and stays done', async () => {
    const job = await newJob();
    await advance(job);
    await says(job, 'Succeeded', { state: ended(0, 'saved: 35 objects') });
    const done: JobOutcome = { state: 'done', sentence: 'saved: 35 objects' };
    assert.deepEqual(await advance(job), done);
    const complete = () => get(client, JOBS, job.metadata.name, job.metadata.namespace);
    await eventually('the Job is complete', async () =>
      JSON.stringify((await complete())?.status).includes('"Complete"'),
    );
    assert.deepEqual(await advance(job), done);
  });

  it('is refused when its pod says so, while its container is started again', async () => {
    const job = await newJob('etcd-v2-to-v3 start');
    await advance(job);
    await says(job, 'Running', {
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } },
      lastState: ended(3, 'Calico 2.6.4 runs'),
    });
    assert.deepEqual(await advance(job), { state: 'failed', sentence: 'Calico 2.6.4 runs', exitCode: 3 });
  });

  it('is made anew where somebody deleted it', async () => {
    const job = await newJob();
    await advance(job);
    await podOf(job);
    await removeJob(client, job, SIGNAL);
    assert.deepEqual(await podsOf(job), []);
    assert.equal(await readJobOutcome(client, job, createPatience()), undefined);
    assert.equal((await advance(job)).state, 'running');
    assert.equal((await readJobOutcome(client, job, createPatience()))?.state, 'running');
  });

  it('is not taken from, nor taken away from, somebody else', async () => {
    const job = await newJob();
    const labels = { [UPGRADE_LABEL]: 'another' };
    await advance({ ...job, metadata: { ...job.metadata, labels } });
    const refusal =
      /^there is a Job default\/calico-upgrade-backup-\d+ already that was not made for this upgrade/;
    const actions = [
      () => advance(job),
      () => readJobOutcome(client, job, createPatience()),
      () => removeJob(client, job, SIGNAL),
    ];
    for (const action of actions) await assert.rejects(action, { outcome: 'refused', message: refusal });
    assert.equal((await podOf(job)).metadata.labels?.[UPGRADE_LABEL], job.metadata.labels[UPGRADE_LABEL]);
  });

  it('needs no other rights than it says', async () => {
    const job = await newJob();
    const { namespace } = job.metadata;
    const rights: readonly Right[] = JOB_RIGHTS.flatMap(({ resource: { group, plural }, verbs }) =>
      verbs.map(verb => ({ namespace, group, resource: plural, name: undefined, verb })),
    );
    const limited = connect({ kubeconfig: await accountWith(cluster, client, rights) });
    try {
      await advance(job, limited);
      await podOf(job);
      await advance(job, limited);
      await removeJob(limited, job, SIGNAL);
    } finally {
      await limited.close();
    }
  });
});
