import { type Phase, readStatus } from '../lib/calico/upgrade/status.ts';
import { isRecord, type KubeObject } from '../lib/kubernetes/object.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { OWN_LABELS } from '../lib/run/own-labels.ts';

/** An object that we, or the manifests of our jobs, have put into the cluster. */
export interface OwnObject {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** What manifests/controller.yaml defines, and the lock: it goes with that manifest, and a controller may be at work with it. */
export const isOfController = ({ object }: OwnObject): boolean =>
  /^calico-upgrade-controller(-|$)/.test(object.metadata.name);

/** Whether an object is ours: by our label, or by the name that everything in our manifests begins with. */
export function isOwn({ metadata: { name, labels = {} } }: KubeObject): boolean {
  const labelled = Object.entries(OWN_LABELS).every(([key, value]) => labels[key] === value);
  return labelled || /^calico-upgrade(-|$)/.test(name);
}

/** Whether a Job has come to its end, well or not. One that was refused keeps its pod, and has not. */
export function isFinished({ status }: KubeObject): boolean {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions
    .filter(isRecord)
    .some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');
}

const ENDS: readonly Phase[] = ['Complete', 'RolledBack'];

/** The phase of a CalicoUpgrade that is not at its end; undefined if it is. */
export function openPhase({ status }: KubeObject): string | undefined {
  const phase = readStatus(status)?.phase;
  return phase !== undefined && ENDS.includes(phase) ? undefined : (phase ?? 'not known yet');
}

/** Whether it is one of the ConfigMaps of a backup, after whose deletion nothing can be brought back. */
export const isBackup = ({ object }: OwnObject): boolean =>
  object.metadata.labels?.['calico-upgrade/backup'] === 'true';
