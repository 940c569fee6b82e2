import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { backupName } from '../../../../jobs/lib/run/backup.ts';
import { directoryBackupStore } from '../../../../jobs/lib/run/backup-directory.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';

const FILES = new Map([
  ['ippool.yaml', '[]\n'],
  ['nodes.json', '{"é": "→"}'],
]);

const failure = (outcome: string, text: RegExp) => (error: unknown) =>
  error instanceof Failure && error.outcome === outcome && text.test(`${error.message} ${error.details}`);

describe('a backup in a directory', () => {
  let root: string;
  const store = () => directoryBackupStore(root);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'calico-upgrade-directory-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('is found under its own name and under that of the directory above', async () => {
    const place = await store().save(FILES);
    assert.equal(place, join(root, backupName(FILES)));
    assert.deepEqual((await readdir(place)).sort(), ['index.json', ...FILES.keys()]);
    assert.deepEqual(await store().load(place), FILES);
    assert.deepEqual(await store().load(root), FILES);
  });

  test('can be saved again, also over one that was cut off', async () => {
    const place = await store().save(FILES);
    await rm(join(place, 'index.json'));
    await writeFile(join(place, 'ippool.yaml'), 'half');
    assert.equal(await store().save(FILES), place);
    assert.deepEqual(await store().load(place), FILES);
  });

  test('that is damaged or not whole is refused, with the names of the files', async () => {
    const place = await store().save(FILES);
    await appendFile(join(place, 'ippool.yaml'), ' ');
    await rm(join(place, 'nodes.json'));
    const wrong = /is not whole.*ippool\.yaml is damaged.*nodes\.json is missing/;
    await assert.rejects(store().load(place), failure('refused', wrong));
  });

  test('without an index was not finished', async () => {
    const place = await store().save(FILES);
    await rm(join(place, 'index.json'));
    const wrong = /is not whole: its index\.json, which is written last, cannot be read/;
    await assert.rejects(store().load(place), failure('refused', wrong));
  });

  test('is not in any other directory', async () => {
    await assert.rejects(store().load(root), failure('usage', /holds no backup/));
  });

  test('has to be named where there are several', async () => {
    const first = await store().save(FILES);
    await store().save(new Map([['ippool.yaml', 'other']]));
    await assert.rejects(store().load(root), failure('usage', /holds several backups, name one: calico/));
    assert.deepEqual(await store().load(first), FILES);
  });

  test('that does not exist is a mistake of the command line', async () => {
    await assert.rejects(store().load(join(root, 'none')), failure('usage', /cannot read .*none: ENOENT/));
  });

  test('that cannot be written fails, and says why', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const saving = directoryBackupStore(file).save(FILES);
    await assert.rejects(saving, failure('failed', /cannot write the backup to /));
  });
});
