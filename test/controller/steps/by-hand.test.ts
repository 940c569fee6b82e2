import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DATA_JOBS } from '../../../controller/jobs/data-jobs.ts';
import type { JobOutcome } from '../../../controller/jobs/job-outcome.ts';
import { BY_HAND, JOB_BY_HAND, progressByHand } from '../../../controller/steps/by-hand.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { manifestJob } from '../jobs/manifest-job.ts';

const NAME = `${JOB_BY_HAND.namespace}/${JOB_BY_HAND.name}`;

/** The Job as a person applies it, without the patch and with it. */
async function jobs(): Promise<readonly [KubeObject, KubeObject]> {
  const [plain, patched] = await Promise.all(['tpr-to-crd', BY_HAND].map(command => manifestJob(command)));
  assert.ok(plain && patched);
  const named = ({ spec }: typeof plain): KubeObject => ({ kind: 'Job', metadata: JOB_BY_HAND, spec });
  return [named(plain), named(patched)];
}

const DONE: JobOutcome = { state: 'done', sentence: '7 objects copied' };

describe('the copy of old data from etcd, which a person starts', () => {
  it('stops the upgrade and says what to do, as long as there is no such Job', async () => {
    assert.ok(DATA_JOBS.includes(BY_HAND));
    const progress = progressByHand(undefined);
    assert.equal(progress.state, 'stopped');
    assert.match(
      progress.message,
      /apply upgrade-job\.yaml with patches\/from-etcd\.yaml, .* and resume the upgrade/,
    );
  });

  it('is done when the Job is, waited for while it runs, and a stop where it failed', async () => {
    const [, job] = await jobs();
    const of = (outcome: JobOutcome) => progressByHand({ job, outcome });
    assert.deepEqual(of(DONE), { state: 'done', message: '7 objects copied' });
    assert.equal(of({ state: 'running', message: 'pod x is running' }).state, 'running');
    assert.deepEqual(of({ state: 'failed', sentence: 'no answer from etcd', exitCode: 3 }), {
      state: 'stopped',
      message: `Job ${NAME}: no answer from etcd. Delete it, apply it anew, and resume when it has succeeded`,
    });
  });

  it('is not done by a Job that asked the API server, which shows nothing of it any more', async () => {
    const [job] = await jobs();
    const progress = progressByHand({ job, outcome: DONE });
    assert.equal(progress.state, 'stopped');
    assert.match(
      progress.message,
      new RegExp(`There is a Job ${NAME} without CALICO_UPGRADE_FROM_ETCD: delete it`),
    );
  });
});
