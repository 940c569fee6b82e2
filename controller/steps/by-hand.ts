import { fieldsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import type { FoundJob } from '../jobs/run-job.ts';
import { podSpecOf } from '../target/pod-spec.ts';
import { done, type Progress, running, stopped } from './progress.ts';

/** The one data step whose Job a person has to make: it takes the endpoints of the cluster's etcd and a certificate. */
export const BY_HAND = 'tpr-to-crd --from-etcd';

/** Where upgrade-job.yaml puts it. */
export const JOB_BY_HAND = { namespace: 'default', name: 'calico-upgrade-v2.5' };

const WHAT_TO_DO =
  "the ThirdPartyResources have to be read from the cluster's etcd: apply upgrade-job.yaml with patches/from-etcd.yaml, as the README says in its section From etcd, and resume the upgrade when the Job has succeeded";

/** How far that step is, by the Job of the person. One that read no etcd found nothing to copy, and does not count. */
export function progressByHand(found: FoundJob | undefined): Progress {
  if (!found) return stopped(WHAT_TO_DO);
  const { job, outcome } = found;
  const name = `Job ${objectKey(job)}`;
  if (!readsEtcd(job))
    return stopped(`${WHAT_TO_DO}. There is a ${name} without CALICO_UPGRADE_FROM_ETCD: delete it first`);
  switch (outcome.state) {
    case 'running':
      return running(outcome.message);
    case 'done':
      return done(outcome.sentence);
    case 'failed':
      return stopped(
        `${name}: ${outcome.sentence}. Delete it, apply it anew, and resume when it has succeeded`,
      );
  }
}

function readsEtcd(job: KubeObject): boolean {
  const env = recordsOf(podSpecOf({ kind: 'Job', ...job })?.containers).flatMap(({ env }) => recordsOf(env));
  const { value } = fieldsOf(env.find(({ name }) => name === 'CALICO_UPGRADE_FROM_ETCD'));
  return typeof value === 'string' && value !== '';
}
