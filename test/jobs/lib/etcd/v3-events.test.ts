import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changesBetween } from '../../../../jobs/lib/etcd/v3-events.ts';
import { etcdWriter } from './seed.ts';
import { numbered, type Store, startStore, write } from './v3-store.ts';

describe('changes of etcd v3 between two revisions', () => {
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

  const now = () => store.client.revision('/data/');
  const mark = async (): Promise<string> => {
    await writer.put('/data/mark').value('x');
    return now();
  };
  const texts = async (after: string, upTo: string) => {
    const changes = await changesBetween(store.connection, '/data/', after, upTo);
    return [...changes].map(([key, value]) => `${key.slice('/data/'.length)}=${value ?? 'deleted'}`);
  };

  it('are the last state of each key that changed', async () => {
    const revision = await now();
    await writer.put('/data/00001').value('first');
    await writer.put('/other').value('x');
    await writer.put('/data/00001').value('second');
    await writer.delete().key('/data/00002');
    await writer.delete().key('/data/00003');
    await writer.put('/data/00003').value('anew');
    await writer.put('/data/short').value('x');
    await writer.delete().key('/data/short');
    const upTo = await mark();
    await writer.put('/data/00004').value('later');
    const expected = ['00001=second', '00002=deleted', '00003=anew', 'short=deleted', 'mark=x'];
    assert.deepEqual(await texts(revision, upTo), expected);
  });

  it('are the mark alone where nothing changed', async () => {
    const revision = await now();
    await writer.put('/other').value('x');
    assert.deepEqual(await texts(revision, await mark()), ['mark=x']);
  });

  it('are all of many', async () => {
    const revision = await now();
    await using lock = await store.lock();
    await write(store.connection, numbered('/data/more/', 3000), { fence: lock.fence });
    assert.equal((await texts(revision, await mark())).length, 3001);
  });

  it('cannot be told where etcd has dropped the revision', async () => {
    const revision = await now();
    const upTo = await mark();
    await writer.kv.compact({ revision: await mark() });
    await assert.rejects(changesBetween(store.connection, '/data/', revision, upTo), { reason: 'compacted' });
  });
});
