import { load } from 'js-yaml';
import { CRD_KINDS } from '../../jobs/lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, NODES, THIRD_PARTY_RESOURCES } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../jobs/lib/run/backup-configmap.ts';
import { reportName } from '../../jobs/lib/run/report.ts';
import { CRDS } from './resources.ts';

/** Everything that a job may read or write, as it is stored: with uids and versions, so that each write shows. */
export interface Content {
  readonly tprs: readonly KubeObject[];
  readonly crds: readonly KubeObject[];
  readonly crdObjects: readonly KubeObject[];
  /** Only name and annotations: the controllers write the rest. */
  readonly nodes: readonly NodeContent[];
  /** Our backups; the report of a run is not among them. */
  readonly backups: readonly KubeObject[];
}

export interface NodeContent {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export async function readContent(client: KubeClient): Promise<Content> {
  const [tprs, crds, crdObjects, nodes, backups] = await Promise.all([
    readTprObjects(client),
    readCrds(client),
    readCrdObjects(client),
    readNodes(client),
    readBackups(client),
  ]);
  return { tprs, crds, crdObjects, nodes, backups };
}

/** ThirdPartyResources and their instances. */
export async function readTprObjects(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = [THIRD_PARTY_RESOURCES, ...TPR_KINDS.map(({ tpr }) => tpr)];
  return (await Promise.all(lists.map(resource => list(client, resource)))).flatMap(found => found ?? []);
}

/** The definitions of Calico's CRDs; their status is the API server's. */
async function readCrds(client: KubeClient): Promise<readonly KubeObject[]> {
  const all = (await list(client, CRDS)) ?? [];
  return all
    .filter(({ spec }) => isRecord(spec) && spec.group === 'crd.projectcalico.org')
    .map(({ status: _, metadata: { resourceVersion: __, managedFields: ___, ...metadata }, ...rest }) => ({
      ...rest,
      metadata,
    }));
}

export async function readCrdObjects(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(CRD_KINDS.map(crd => list(client, crd)));
  return lists.flatMap(found => found ?? []);
}

export async function readNodes(client: KubeClient): Promise<readonly NodeContent[]> {
  const nodes = (await list(client, NODES)) ?? [];
  return nodes.map(({ metadata: { name, annotations = {} } }) => ({
    name,
    // The controller manager's own annotation comes some time after the Node.
    annotations: Object.fromEntries(
      Object.entries(annotations).filter(([key]) => !key.startsWith('node.alpha.kubernetes.io/')),
    ),
  }));
}

/** All ConfigMaps of backups: indexes and parts. */
export async function readBackups(client: KubeClient): Promise<readonly KubeObject[]> {
  return (await list(client, CONFIG_MAPS, { labelSelector: 'calico-upgrade/backup=true' })) ?? [];
}

/** The names of the complete backups. */
export async function backupNames(client: KubeClient): Promise<readonly string[]> {
  const configMaps = await readBackups(client);
  return configMaps
    .filter(({ data }) => isRecord(data) && 'index.json' in data)
    .map(({ metadata }) => metadata.name);
}

/** The files of the only backup; undefined where there is none. */
export async function onlyBackup(client: KubeClient): Promise<ReadonlyMap<string, string> | undefined> {
  const names = await backupNames(client);
  if (names.length > 1) throw new Error(`several backups: ${names.join(', ')}`);
  const [name] = names;
  return name === undefined ? undefined : configMapBackupStore(client, 'default').load(name);
}

/** The report of the last run of a job, from its ConfigMap. */
export async function readReport(client: KubeClient, job = 'tpr-to-crd'): Promise<Record<string, unknown>> {
  const configMap = await get(client, CONFIG_MAPS, reportName(job), 'default');
  return parseReport(isRecord(configMap?.data) ? configMap.data['report.yaml'] : undefined);
}

export function parseReport(text: unknown): Record<string, unknown> {
  const report = load(String(text));
  if (!isRecord(report)) throw new Error(`no report: ${text}`);
  return report;
}
