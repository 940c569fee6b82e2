import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { DATA_JOBS, dataJob } from '../../controller/jobs/data-jobs.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

export const CONTROLLER_JOBS = join(MANIFESTS, 'controller-jobs.yaml');

const HEADER = `# The service accounts and rights of the jobs that the controller starts: those of the manifests *-job.yaml, without their
# Jobs. Written by "npm run manifests" from these files: do not edit it here.
#
#   kubectl apply -f controller.yaml -f controller-jobs.yaml
`;

/** The manifests whose Jobs a controller makes. */
const MANIFEST_NAMES = [
  ...new Set(
    DATA_JOBS.map(command => dataJob(command, { targetVersion: '', clusterEtcd: ['x'] }).manifest).sort(),
  ),
];

/** The text that manifests/controller-jobs.yaml has to have. */
export function controllerJobs(): string {
  return HEADER + MANIFEST_NAMES.flatMap(rightsOf).join('---\n');
}

/** The documents of one manifest without its Job, as they are written there. */
function rightsOf(manifest: string): readonly string[] {
  const text = readFileSync(join(MANIFESTS, manifest), 'utf8');
  const documents = text
    .replace(/^(#.*\n)+/, '')
    .split(/^---\n/m)
    .filter(document => kindOf(document) !== 'Job');
  return documents.map((document, index) => (index === 0 ? `# From ${manifest}.\n${document}` : document));
}

function kindOf(document: string): unknown {
  const parsed = load(document);
  return isRecord(parsed) ? parsed.kind : undefined;
}
