import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TPR_KINDS } from '../../../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

/** What the tests need of a recording; test/golden/tpr-to-crd/README.md explains the fields. */
export interface Recording {
  /** File name without `.json`. */
  readonly name: string;
  readonly tprs: readonly Listed[];
  readonly crds: readonly Listed[];
  readonly before?: readonly Listed[];
  readonly nodes?: readonly RecordedNode[];
  readonly nodesAfter?: readonly RecordedNode[];
  /** The text of each documented backup file. */
  readonly backups: Readonly<Record<string, string>>;
  readonly crdDefinitionsBefore?: readonly string[];
}

export interface Listed {
  readonly plural: string;
  readonly object: KubeObject;
}

export interface RecordedNode {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const FOLDER = join(import.meta.dirname, '../../../golden/tpr-to-crd');

export function readRecordings(): Recording[] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => ({
      ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
      name: file.replace('.json', ''),
    }));
}

/** The objects by name of the ThirdPartyResource, as `convertTprs` takes them. */
export function byTprName(listed: readonly Listed[]): Map<string, KubeObject[]> {
  return new Map(TPR_KINDS.map(({ tprName, tpr }) => [tprName, objectsOf(listed, tpr.plural)]));
}

/** The objects by plural of the CRD, as `decideExisting` takes them. */
export function byCrdPlural(listed: readonly Listed[]): Map<string, KubeObject[]> {
  return new Map(TPR_KINDS.map(({ crd }) => [crd.plural, objectsOf(listed, crd.plural)]));
}

function objectsOf(listed: readonly Listed[], plural: string): KubeObject[] {
  return listed.filter(item => item.plural === plural).map(({ object }) => object);
}
