import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { CONFIG_MAPS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { create, update } from '../kubernetes/write.ts';
import type { Outcome } from './failure.ts';
import { OWN_LABELS } from './own-labels.ts';

/** Numbers by name; those of one kind of object under the name of the kind. */
export type Counts = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** What a run leaves behind for people and programs. */
export interface Report {
  readonly job: string;
  readonly outcome: Outcome;
  /** The one sentence that log, termination message and Event share. */
  readonly sentence: string;
  readonly counts: Counts;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly dryRun: boolean;
  /** A line for each object or condition that stood in the way; empty where the run succeeded. */
  readonly reasons: readonly string[];
  /** Everything else that this job has to tell. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Below the 1 MiB that a ConfigMap holds. */
const REPORT_LIMIT = 900 * 1024;

/** The report as YAML; its lists are cut where it would not fit into a ConfigMap. */
export function reportYaml(report: Report): string {
  for (let entries = Number.POSITIVE_INFINITY; ; entries = Number.isFinite(entries) ? entries / 2 : 4096) {
    const text = dump(cutLists(report, Math.floor(entries)), { lineWidth: 110 });
    if (Buffer.byteLength(text) <= REPORT_LIMIT || entries < 1) return text;
  }
}

function cutLists(value: unknown, entries: number): unknown {
  if (Array.isArray(value)) {
    const kept = value.slice(0, entries).map(item => cutLists(item, entries));
    return value.length > entries ? [...kept, `and ${value.length - entries} more`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutLists(item, entries)]));
}

/** Writes `report-<job>.yaml` into a directory. Returns its path. */
export async function writeReportFile(directory: string, report: Report): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `report-${report.job}.yaml`);
  await writeFile(`${path}.new`, reportYaml(report));
  await rename(`${path}.new`, path);
  return path;
}

/** The name of the ConfigMap that holds the report of a job's last run. */
export const reportName = (job: string): string => `calico-upgrade-report-${job}`;

/** The ConfigMap that holds the report of a job's last run, and the list of all its backups. */
export function reportConfigMap(
  namespace: string,
  job: string,
  data: Readonly<Record<string, string>>,
): KubeObject {
  const labels = { ...OWN_LABELS, 'calico-upgrade/job': job };
  const metadata = { name: reportName(job), namespace, labels };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

/** Writes the report of the last run of this job into its ConfigMap. Returns `namespace/name`. */
export async function writeReportConfigMap(
  client: KubeClient,
  namespace: string,
  report: Report,
): Promise<string> {
  const own = { 'report.yaml': reportYaml(report) };
  const object = reportConfigMap(namespace, report.job, own);
  const { name } = object.metadata;
  const { created } = await create(client, CONFIG_MAPS, object, namespace);
  if (!created) {
    const replace = (current: KubeObject): KubeObject => {
      const data = isRecord(current.data) ? current.data : {};
      return { ...current, data: { ...data, ...own } };
    };
    await update(client, CONFIG_MAPS, name, replace, namespace);
  }
  return `${namespace}/${name}`;
}
