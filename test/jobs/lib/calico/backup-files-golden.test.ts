import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CORE_SCHEMA, load } from 'js-yaml';
import {
  bgpConfigFile,
  bgpPeerFile,
  felixConfigFile,
  ipPoolFile,
} from '../../../../jobs/lib/calico/backup-files.ts';
import {
  isKubeObject,
  isRecord,
  type KubeObject,
  objectKey,
} from '../../../../jobs/lib/kubernetes/object.ts';
import { BACKUP_DIFFERENCES } from './backup-differences.ts';

/** What these tests need of a recording; test/golden/tpr-to-crd/README.md explains the fields. */
interface Recording {
  readonly tprs: readonly { readonly plural: string; readonly object: KubeObject }[];
  readonly nodes?: readonly {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
  readonly backups: Readonly<Record<FileName, string>>;
  readonly backupSteps: readonly { readonly command: string; readonly exitCode: number }[];
}

const FILES = ['ippool.yaml', 'bgppeer.yaml', 'tpr-felixconfig.yaml', 'tpr-bgpconfig.yaml'] as const;
type FileName = (typeof FILES)[number];

const FOLDER = join(import.meta.dirname, '../../../golden/tpr-to-crd');

const names = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .map(file => file.replace('.json', ''));

describe('the recorded backup files', () => {
  for (const name of names) {
    const recording: Recording = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
    for (const file of FILES) {
      const ours = BACKUP_DIFFERENCES[name]?.[file];
      it(`${name}: ${file} ${ours !== undefined ? 'lacks only what calicoctl cannot read' : 'is the same'}`, () => {
        const recorded = recording.backups[file];
        if (ours !== undefined) assert.match(recorded, /^Failed to get resources: /);
        assert.equal(ourFile(recording, file), ours ?? recorded);
      });
    }
  }

  it('are those of 59 recordings', () => assert.equal(names.length, 59));
});

function ourFile(recording: Recording, file: FileName): string {
  const of = (plural: string) =>
    recording.tprs.filter(tpr => tpr.plural === plural).map(({ object }) => object);
  const nodes = (recording.nodes ?? []).map(metadata => ({ metadata }));
  switch (file) {
    case 'ippool.yaml':
      return ipPoolFile(of('ippools')).text;
    case 'bgppeer.yaml':
      return bgpPeerFile(of('globalbgppeers'), nodes).text;
    case 'tpr-felixconfig.yaml':
      return felixConfigFile(
        asListed(recording, file, of('globalconfigs')),
        isDefined(recording, 'globalconfig'),
      );
    case 'tpr-bgpconfig.yaml':
      return bgpConfigFile(
        asListed(recording, file, of('globalbgpconfigs')),
        isDefined(recording, 'globalbgpconfig'),
      );
  }
}

function isDefined(recording: Recording, kind: string): boolean {
  const step = recording.backupSteps.find(({ command }) => command.startsWith(`kubectl get ${kind} `));
  return step?.exitCode === 0;
}

const TAKEN_OUT = new Set(['uid', 'resourceVersion', 'selfLink', 'creationTimestamp']);

/** The objects with the uid, times and versions that the recordings only have in the texts. */
function asListed(recording: Recording, file: FileName, objects: readonly KubeObject[]): KubeObject[] {
  const list = recording.backups[file] === '' ? {} : load(recording.backups[file], { schema: CORE_SCHEMA });
  const items = isRecord(list) && Array.isArray(list.items) ? list.items.filter(isKubeObject) : [];
  const listed = new Map(items.map(item => [objectKey(item), item.metadata]));
  return objects.map(object => {
    const metadata = Object.entries(listed.get(objectKey(object)) ?? {}).filter(([field]) =>
      TAKEN_OUT.has(field),
    );
    return { ...object, metadata: { ...object.metadata, ...Object.fromEntries(metadata) } };
  });
}
