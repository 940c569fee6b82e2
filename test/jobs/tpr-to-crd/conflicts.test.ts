import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CALICO_NAMESPACE, TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { seedObjects } from '../../cluster/seed.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { backupNames, onlyBackup, readContent, readCrdObjects } from '../content.ts';
import { CHANGED_SPEC, changeEveryKind, patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster(undefined, { keepCrds: true });
const POOL = kindNamed('IpPool');

/** A cluster where the copy is done, and then somebody changed one object of each kind. */
async function copyThenChange() {
  const { client, run } = jobs;
  await seedRecording(client, MIXED);
  assert.equal((await run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
  const copied = await readContent(client);
  assert.equal(await changeEveryKind(client), 5);
  return { copied, changed: await readContent(client) };
}

const changedNames = (before: readonly KubeObject[], after: readonly KubeObject[]): string[] =>
  after
    .filter((object, index) => object.metadata.resourceVersion !== before[index]?.metadata.resourceVersion)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('CRD objects that differ', () => {
  it('stop the run before anything is written, all of them with each field', async () => {
    const { changed, copied } = await copyThenChange();
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /^nothing was written: 5 CRD objects in conflict .*--on-conflict keep or overwrite/,
    );
    for (const object of changedNames(copied.crdObjects, changed.crdObjects)) {
      const fields = Object.keys(CHANGED_SPEC[object.split(' ')[0] ?? ''] ?? {});
      const line = stdout.split('\n').find(text => text.includes(`error: ${object}: differs`)) ?? '';
      for (const field of fields) assert.match(line, new RegExp(`spec\\.${field}: found .*, wanted `));
    }
    assert.deepEqual(await readContent(jobs.client), changed);
  });

  it('stay as they are with --on-conflict keep, and everything else is copied', async () => {
    const { client, run } = jobs;
    const { changed } = await copyThenChange();
    const metadata = { name: 'added', namespace: CALICO_NAMESPACE };
    const spec = { name: 'Added', value: '1' };
    const object = { apiVersion: 'projectcalico.org/v1', kind: 'GlobalConfig', metadata, spec };
    await seedObjects(client, [{ plural: 'globalconfigs', object }]);
    const { exitCode, stdout, sentence } = await run(['tpr-to-crd', '--on-conflict', 'keep']);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /1 created, 0 overwritten, .* 5 that differ kept as they were/);
    const after = await readCrdObjects(client);
    assert.deepEqual(
      after.filter(({ metadata: { name } }) => name !== 'added'),
      changed.crdObjects,
    );
  });

  it('are replaced with --on-conflict overwrite, are in the backup, and can be put back', async () => {
    const { client, run } = jobs;
    const { copied, changed } = await copyThenChange();
    const overwriting = await run(['tpr-to-crd', '--on-conflict', 'overwrite']);
    assert.equal(overwriting.exitCode, 0, overwriting.stdout);
    assert.match(overwriting.sentence, /0 created, 5 overwritten/);
    const overwritten = await readCrdObjects(client);
    assert.deepEqual(contents(overwritten), contents(copied.crdObjects));

    const saved: unknown = JSON.parse((await onlyBackup(client))?.get('crd-objects.json') ?? '');
    const names = changedNames(copied.crdObjects, changed.crdObjects);
    const expected = changed.crdObjects.filter(({ kind, metadata }) =>
      names.includes(`${kind} ${metadata.name}`),
    );
    assert.deepEqual(saved, { apiVersion: 'v1', kind: 'List', items: inKindOrder(expected) });

    const [backup = ''] = await backupNames(client);
    const back = await run(['restore', '--crd-objects', '--on-conflict', 'overwrite', '--backup', backup]);
    assert.equal(back.exitCode, 0, back.stdout);
    assert.deepEqual(contents(await readCrdObjects(client)), contents(changed.crdObjects));
  });

  it('keep the labels and annotations that somebody gave them, whatever is done', async () => {
    const { client, run } = jobs;
    await copyThenChange();
    const pool = { metadata: { name: '10-64-0-0-16' } };
    const own = { labels: { team: 'net' }, annotations: { note: 'ours' } };
    await patch(client, POOL.crd, pool, { metadata: own, spec: { disabled: true } });
    assert.equal((await run(['tpr-to-crd', '--on-conflict', 'overwrite'])).exitCode, 0);
    const after = await get(client, POOL.crd, '10-64-0-0-16');
    assert.deepEqual([after?.metadata.labels, after?.metadata.annotations], [own.labels, own.annotations]);
    assert.equal((await run(['tpr-to-crd'])).exitCode, 0, 'labels of others are no conflict');
  });
});

describe('CRD objects that were there before', () => {
  it('are left alone where they are equal, or nobody asked for them', async () => {
    const { client, run } = jobs;
    await seedRecording(client, MIXED);
    assert.equal((await run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
    const spec = { cidr: '10.200.0.0/16' };
    const metadata = { name: '10-200-0-0-16', labels: { own: 'pool' } };
    const object = { apiVersion: 'crd.projectcalico.org/v1', kind: 'IPPool', metadata, spec };
    await seedObjects(client, [{ plural: 'ippools', object }]);
    const found = await readContent(client);
    for (const what of ['stop', 'keep', 'overwrite']) {
      const { exitCode, sentence } = await run(['tpr-to-crd', '--on-conflict', what]);
      assert.equal(exitCode, 0, sentence);
      assert.match(sentence, /0 created, 0 overwritten, 17 unchanged/);
    }
    assert.deepEqual(await readContent(client), found);
  });

  it('are named where a calico-node 2.5 made them too early: default pool, ClusterGUID', async () => {
    const { client, run } = jobs;
    await create(client, ...calicoDaemonSet({ env: { CALICO_IPV4POOL_CIDR: '10.244.0.0/16' } }));
    await seedRecording(client, MIXED);
    assert.equal((await run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
    const pools = ['192.168.0.0/16', '10.244.0.0/16'].map(cidr => ({
      plural: 'ippools',
      object: {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'IPPool',
        metadata: { name: cidr.replace(/[./]/g, '-') },
        spec: { cidr },
      },
    }));
    await seedObjects(client, pools);
    const guid = { metadata: { name: 'clusterguid' } };
    await patch(client, kindNamed('GlobalConfig').crd, guid, { spec: { value: 'f'.repeat(32) } });
    const { exitCode, stdout } = await run(['tpr-to-crd']);
    assert.equal(exitCode, 3, stdout);
    const made = 'default made by a calico-node 2.5 or later that started before the migration';
    assert.match(stdout, new RegExp(`error: IPPool 192-168-0-0-16: ${made}`));
    assert.match(stdout, new RegExp(`error: IPPool 10-244-0-0-16: ${made}`));
    assert.match(stdout, new RegExp(`error: GlobalFelixConfig clusterguid: differs, perhaps a ${made}`));
  });
});

const contents = (objects: readonly KubeObject[]): unknown[] =>
  objects.map(({ kind, metadata: { name, labels }, spec }) => ({ kind, name, labels, spec }));

/** As a backup lists them. */
const inKindOrder = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  TPR_KINDS.flatMap(({ crd }) => objects.filter(({ kind }) => kind === crd.kind));
