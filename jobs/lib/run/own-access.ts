import { type Access, accessText, missingAccess, rights } from '../kubernetes/access.ts';
import { CONFIG_MAPS, EVENTS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isDirectory } from './backup-choice.ts';
import { refused } from './failure.ts';
import type { CommonOptions } from './options.ts';
import { reportName } from './report.ts';

/** Where a run leaves what. */
export interface OwnPlaces {
  readonly namespace: string;
  readonly backupToConfigMap: boolean;
  readonly reportToConfigMap: boolean;
  /** Outside a pod there is no Job to record an Event on. */
  readonly inPod: boolean;
}

/** The rights to what a run leaves in its own namespace: backups, report and Event. */
export function ownAccess(job: string, options: OwnPlaces): readonly Access[] {
  const { namespace, backupToConfigMap, reportToConfigMap, inPod } = options;
  const ownConfigMaps = backupToConfigMap || reportToConfigMap;
  return [
    ...(ownConfigMaps ? rights(CONFIG_MAPS, ['get', 'create'], { namespace }) : []),
    ...(reportToConfigMap ? rights(CONFIG_MAPS, ['update'], { namespace, name: reportName(job) }) : []),
    ...(inPod ? rights(EVENTS, ['create'], { namespace }) : []),
  ];
}

/** Where a run with these options leaves what. */
export function ownPlaces({ namespace, backup, outputDir }: CommonOptions): OwnPlaces {
  return {
    namespace,
    backupToConfigMap: backup !== 'none' && !isDirectory(backup),
    reportToConfigMap: outputDir === undefined,
    inPod: process.env.CALICO_UPGRADE_POD_LABELS !== undefined,
  };
}

/** The rights for what a run with these options leaves: none if it is a dry run. */
export const ownAccessOf = (job: string, options: CommonOptions): readonly Access[] =>
  options.dryRun ? [] : ownAccess(job, ownPlaces(options));

/** Throws a refusal that names every right which is wanted and missing. */
export async function requireAccess(client: KubeClient, wanted: readonly Access[]): Promise<void> {
  const missing = await missingAccess(client, wanted);
  if (missing.length > 0) throw refused(missingText(missing.map(accessText)));
}

/** What to say of missing rights, each as `accessText` words it. */
export const missingText = (missing: readonly string[]): string =>
  `the service account or user may not: ${missing.join('; ')}. Grant these rights, for example by applying the manifest of this job again`;
