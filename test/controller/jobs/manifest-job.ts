import { join } from 'node:path';
import { dataJob } from '../../../controller/jobs/data-jobs.ts';
import { jobFor, upgradeLabels } from '../../../controller/jobs/job-manifest.ts';
import type { JobManifest } from '../../../controller/jobs/job-schema.ts';
import { readManifest } from '../../../controller/jobs/read-manifest.ts';

export const MANIFESTS = join(import.meta.dirname, '../../../manifests');

export const UID = '5f0c1d9e-8a4b-11e8-9d3c-0242ac110002';

/** The Job for a command line of a plan, from the manifests of the checkout. */
export async function manifestJob(command: string, upgrade = 'to-2-6', uid = UID): Promise<JobManifest> {
  const facts = { targetVersion: '2.6.12', clusterEtcd: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'] };
  const { manifest, patch, options } = dataJob(command, facts);
  return jobFor({
    documents: await readManifest(MANIFESTS, manifest),
    ...(patch !== undefined && { patch: await readManifest(MANIFESTS, patch) }),
    uid,
    imageFor: image => `registry.example.com/${image}`,
    pullSecrets: [{ name: 'registry-credentials' }],
    options,
    labels: upgradeLabels(upgrade),
  });
}
