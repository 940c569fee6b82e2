import { refused } from '../../jobs/lib/run/failure.ts';

/** One of our manifests, and what its Job is to be told. */
export interface DataJob {
  /** A file in `manifests/`. */
  readonly manifest: string;
  /** A file in `manifests/` that changes the Job, as in a kustomization. */
  readonly patch?: string;
  /** Values of variables that the Job has. */
  readonly options: Readonly<Record<string, string>>;
}

/** What the options of jobs are made from. */
export interface JobFacts {
  /** The release to go to, such as `2.6.12`. */
  readonly targetVersion: string;
  /** Where the etcd of the cluster is, for ThirdPartyResources that the API server shows no more. */
  readonly clusterEtcd?: readonly string[] | undefined;
}

const job = (manifest: string, options: DataJob['options'] = {}): DataJob => ({ manifest, options });

const CONFIRMED = { CALICO_UPGRADE_CONFIRM: 'true' };

/** The jobs that an upgrade consists of, by their command lines as a plan has them. */
const JOBS: ReadonlyMap<string, (facts: JobFacts) => DataJob> = new Map([
  ['backup', () => job('backup-job.yaml')],
  ['policy-converter', () => job('policy-conversion-job.yaml')],
  ['policy-converter --revert', () => job('policy-conversion-job.yaml', { CALICO_UPGRADE_REVERT: 'true' })],
  ['tpr-to-crd', ({ targetVersion }) => job('upgrade-job.yaml', targetOption(targetVersion))],
  ['tpr-to-crd --from-etcd', fromEtcd],
  ['etcd-v2-to-v3 start', () => job('etcd-migration-job.yaml')],
  ['etcd-v2-to-v3 abort', () => job('etcd-abort-job.yaml')],
  ['etcd-v2-to-v3 complete', () => job('etcd-complete-job.yaml')],
  ['kdd-v1-to-v3', () => job('kdd-migration-job.yaml')],
  ['kdd-cleaner v3', () => job('kdd-v3-cleanup-job.yaml', CONFIRMED)],
  ['tpr-cleaner', () => job('tpr-cleanup-job.yaml', CONFIRMED)],
  ['etcd-cleaner v1', () => job('etcd-cleanup-job.yaml', CONFIRMED)],
]);

/** The command lines that `dataJob` knows. */
export const DATA_JOBS: readonly string[] = [...JOBS.keys()];

/**
 * The manifest and the options for a command line of a plan (`Step.job`). Throws a refusal where the old data is to be read
 * from an etcd that nobody has named.
 */
export function dataJob(command: string, facts: JobFacts): DataJob {
  const make = JOBS.get(command);
  if (!make) throw new Error(`no manifest does "${command}"; there are: ${DATA_JOBS.join(', ')}`);
  return make(facts);
}

const targetOption = (targetVersion: string) => ({ CALICO_UPGRADE_TARGET_VERSION: targetVersion });

function fromEtcd({ targetVersion, clusterEtcd = [] }: JobFacts): DataJob {
  if (clusterEtcd.length === 0) {
    throw refused(
      "the ThirdPartyResources have to be read from the cluster's etcd, and nothing says where it is. Apply upgrade-job.yaml with patches/from-etcd.yaml, and resume the upgrade when it has succeeded",
    );
  }
  return {
    manifest: 'upgrade-job.yaml',
    patch: 'patches/from-etcd.yaml',
    options: { ...targetOption(targetVersion), CALICO_UPGRADE_FROM_ETCD: clusterEtcd.join(',') },
  };
}
