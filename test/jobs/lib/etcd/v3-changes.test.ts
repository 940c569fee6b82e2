import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changesSince } from '../../../../jobs/lib/etcd/v3-changes.ts';
import { etcdWriter } from './seed.ts';
import { numbered, type Store, startStore, write } from './v3-store.ts';

describe('changes of etcd v3 since a revision', () => {
  let store: Store;
  let writer: ReturnType<typeof etcdWriter>;
  before(async () => {
    store = await startStore();
    writer = etcdWriter(store.etcd.endpoint);
    await using lock = await store.lock();
    await write(store.connection, numbered('/data/', 3000), { fence: lock.fence });
  });
  after(async () => {
    writer.close();
    await store[Symbol.asyncDispose]();
  });

  const since = (revision: string) => changesSince(store.connection, '/data/', revision);

  it('are none, with one request or with writes elsewhere', async () => {
    const revision = await store.client.revision('/data/');
    assert.deepEqual(await since(revision), { revision, changed: [], deleted: [] });
    await writer.put('/other').value('x');
    const now = String(Number(revision) + 1);
    assert.deepEqual(await since(revision), { revision: now, changed: [], deleted: [] });
  });

  it('are all keys that were changed, created, deleted, or created anew', async () => {
    const revision = await store.client.revision('/data/');
    await writer.put('/data/00001').value('changed');
    await writer.put('/data/new').value('created');
    await writer.delete().key('/data/00002');
    await writer.delete().key('/data/00003');
    await writer.put('/data/00003').value('anew');
    await writer.put('/data/short').value('x');
    await writer.delete().key('/data/short');
    const { changed, deleted } = await since(revision);
    assert.deepEqual(
      changed.map(({ key, value }) => `${key}=${value}`),
      ['/data/00001=changed', '/data/00003=anew', '/data/new=created'],
    );
    assert.deepEqual(deleted, ['/data/00002']);
  });

  it('are a deletion that a creation makes up for', async () => {
    const revision = await store.client.revision('/data/');
    await writer.delete().key('/data/00010');
    await writer.put('/data/another').value('x');
    const { changed, deleted } = await since(revision);
    assert.deepEqual([changed.map(({ key }) => key), deleted], [['/data/another'], ['/data/00010']]);
  });

  it('cannot be told where etcd has dropped the revision', async () => {
    const revision = await store.client.revision('/data/');
    await writer.put('/data/00001').value('again');
    await writer.kv.compact({ revision: await store.client.revision('/data/') });
    await assert.rejects(since(revision), { reason: 'compacted' });
  });
});
