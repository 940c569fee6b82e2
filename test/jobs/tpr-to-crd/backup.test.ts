import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { CALICO_NAMESPACE } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { runCommand, runOrFail } from '../../cluster/command.ts';
import { seedObjects } from '../../cluster/seed.ts';
import { deleteObject } from '../clean-cluster.ts';
import { backupNames, onlyBackup, readBackups, readContent, readTprObjects } from '../content.ts';
import { useJobCluster } from '../job-cluster.ts';
import { MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster();
beforeEach(() => seedRecording(jobs.client, MIXED));

const FILES = [
  ...['bgppeer.yaml', 'globalbgpconfigs.json', 'globalbgppeers.json', 'globalconfigs.json', 'ippool.yaml'],
  ...['ippools.json', 'nodes.json', 'systemnetworkpolicies.json', 'thirdpartyresources.json'],
  ...['tpr-bgpconfig.yaml', 'tpr-felixconfig.yaml'],
];

const run = (...args: readonly string[]) => jobs.run(['tpr-to-crd', ...args]);

/** Runs a copy that must succeed; returns its log. */
async function copy(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await run(...args);
  assert.equal(exitCode, 0, stdout);
  return stdout;
}

let directories = 0;

/** A new directory, empty. */
async function newDirectory(): Promise<string> {
  directories += 1;
  const directory = join(jobs.cluster.directory, `backup-${directories}`);
  await mkdir(directory);
  return directory;
}

/** The files of the only backup below a directory, with its name. */
async function backupIn(directory: string) {
  const [name = '', ...others] = await readdir(directory);
  assert.deepEqual(others, []);
  const files = (await readdir(join(directory, name))).filter(file => file !== 'index.json').sort();
  const texts = files.map(async file => [file, await readFile(join(directory, name, file), 'utf8')] as const);
  return { name, files: new Map(await Promise.all(texts)) };
}

/** The objects in the JSON files of a backup that are ThirdPartyResources or instances of theirs. */
function tprObjects(files: ReadonlyMap<string, string>): readonly unknown[] {
  return [...files]
    .filter(([file]) => file.endsWith('.json') && file !== 'nodes.json')
    .flatMap(([, text]) => {
      const parsed: unknown = JSON.parse(text);
      return isRecord(parsed) && Array.isArray(parsed.items) ? parsed.items : [];
    });
}

const sorted = (objects: readonly unknown[]): string[] =>
  objects.map(object => JSON.stringify(object)).sort();

describe('the backup of a run', () => {
  it('holds every object unmodified, in labelled ConfigMaps that the log and the history name', async () => {
    const { client } = jobs;
    const objects = await readTprObjects(client);
    const stdout = await copy();
    const [name = ''] = await backupNames(client);
    assert.match(name, /^calico-upgrade-backup-[0-9a-f]{10}$/);
    assert.ok(stdout.includes(`saved and read back: ConfigMap default/${name} (11 files)`));
    const files = (await onlyBackup(client)) ?? new Map<string, string>();
    assert.deepEqual([...files.keys()], FILES);
    assert.deepEqual(sorted(tprObjects(files)), sorted(objects));
    for (const { metadata } of await readBackups(client)) {
      assert.equal(metadata.labels?.['app.kubernetes.io/managed-by'], 'calico-upgrade');
    }
    assert.match(await history(), new RegExp(`^\\S+Z ConfigMap default/${name}\n$`));
  });

  it('is made before something is written only: not twice, and not where all is done', async () => {
    await copy();
    const first = await readBackups(jobs.client);
    const stdout = await copy();
    assert.match(stdout, /backup {5}no backup needed: no object is going to be written/);
    assert.deepEqual(await readBackups(jobs.client), first);
  });

  it('is split where it does not fit into one ConfigMap, also in the middle of a file', async () => {
    const { client } = jobs;
    const values = ['a', 'ü', '😀'].map((character, index) => character.repeat(250_000 / (index + 1)));
    await seedObjects(
      client,
      values.map((value, index) => config(`large${index}`, value)),
    );
    const objects = await readTprObjects(client);
    const stdout = await copy();
    const configMaps = await readBackups(client);
    assert.ok(configMaps.length >= 4, `${configMaps.length} ConfigMaps`);
    for (const { data } of configMaps) assert.ok(Buffer.byteLength(JSON.stringify(data)) < 1024 * 1024);
    assert.deepEqual(sorted(tprObjects((await onlyBackup(client)) ?? new Map())), sorted(objects));
    assert.match(stdout, /saved and read back: .* \(11 files\)/);
  });

  it('goes into a directory with --backup DIR, the same files under the same name', async () => {
    const directory = await newDirectory();
    const objects = await readTprObjects(jobs.client);
    const stdout = await copy('--backup', directory);
    const { name, files } = await backupIn(directory);
    assert.ok(stdout.includes(`saved and read back: ${join(directory, name)} (11 files)`));
    assert.deepEqual([...files.keys()], FILES);
    assert.deepEqual(sorted(tprObjects(files)), sorted(objects));
    assert.deepEqual(await readBackups(jobs.client), []);
    assert.ok((await history()).endsWith(` ${join(directory, name)}\n`));
  });

  it('is left out with --backup none, which the log warns of', async () => {
    const stdout = await copy('--backup', 'none');
    assert.match(stdout, /backup {5}warning: no backup: --backup none$/m);
    assert.deepEqual(await readBackups(jobs.client), []);
  });
});

describe('without its backup a run writes nothing', () => {
  /** Asserts that a run ends so, with everything as it was. */
  const assertNothingWritten = async (args: readonly string[], exitCode: number, sentence: RegExp) => {
    const found = await readContent(jobs.client);
    const result = await run(...args);
    assert.equal(result.exitCode, exitCode, result.stdout);
    assert.match(result.sentence, sentence);
    assert.deepEqual(await readContent(jobs.client), found);
  };

  it('where --backup is neither a word that it knows nor a path', () =>
    assertNothingWritten(
      ['--backup', 'backups'],
      2,
      /^--backup backups is neither configmap, none, .* write a directory as \.\/backups$/,
    ));

  it('where the directory cannot be made', () => {
    const inFile = join(jobs.cluster.kubeconfig, 'backups');
    return assertNothingWritten(['--backup', inFile], 1, /^cannot write the backup to .*: ENOTDIR: /);
  });

  it('where the disk is full', async t => {
    const directory = await newDirectory();
    const options = ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', directory];
    const mounted = await runCommand('mount', options);
    if (mounted.exitCode !== 0) return t.skip(`cannot mount a small disk here: ${mounted.stderr.trim()}`);
    try {
      const sentence = /^cannot write the backup to .*: ENOSPC: no space left on device/;
      await assertNothingWritten(['--backup', directory], 1, sentence);
    } finally {
      await runOrFail('umount', [directory]);
    }
  });

  it('where a ConfigMap of its name has other contents', async () => {
    const directory = await newDirectory();
    // The name follows from the contents: that of the same backup elsewhere tells it.
    assert.equal((await jobs.run(['backup', '--backup', directory])).exitCode, 0);
    const { name } = await backupIn(directory);
    const object: KubeObject = { metadata: { name: `${name}-1` }, data: { 'ippool.yaml': '[]\n' } };
    await create(jobs.client, CONFIG_MAPS, object, 'default');
    try {
      await assertNothingWritten(
        [],
        3,
        new RegExp(`^ConfigMap default/${name}-1 exists with other contents`),
      );
    } finally {
      await deleteObject(jobs.client, CONFIG_MAPS, `${name}-1`, 'default');
    }
  });
});

const config = (name: string, value: string) => ({
  plural: 'globalconfigs',
  object: {
    apiVersion: 'projectcalico.org/v1',
    kind: 'GlobalConfig',
    metadata: { name, namespace: CALICO_NAMESPACE },
    spec: { name, value },
  },
});

/** The list of all backups beside the report. */
async function history(): Promise<string> {
  const name = 'calico-upgrade-report-tpr-to-crd';
  const configMap = await get(jobs.client, CONFIG_MAPS, name, 'default');
  return isRecord(configMap?.data) ? String(configMap.data['backups.txt']) : '';
}
