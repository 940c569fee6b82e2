import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { newLedger, ownership, readLedger } from '../../../../jobs/lib/etcd/ledger.ts';
import { removeWritten } from '../../../../jobs/lib/etcd/ledger-removal.ts';
import type { Lock } from '../../../../jobs/lib/etcd/lock.ts';
import type { EtcdEntry } from '../../../../jobs/lib/etcd/v3.ts';
import type { Put } from '../../../../jobs/lib/etcd/v3-operation.ts';
import { etcdWriter } from './seed.ts';
import { newKey, numbered, type Store, startStore, write } from './v3-store.ts';

const PREFIX = '/own/';

describe('the ledger of what was written', () => {
  let store: Store;
  let lock: Lock;
  let others: ReturnType<typeof etcdWriter>;
  before(async () => {
    store = await startStore();
    others = etcdWriter(store.etcd.endpoint);
  });
  after(async () => {
    others.close();
    await store[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await others.delete().all();
    lock = await store.lock();
  });
  afterEach(() => lock.release());

  const writeRecorded = (operations: readonly Put[]) =>
    write(store.connection, operations, { fence: lock.fence, ledger: newLedger(PREFIX, lock.fence) });
  const remove = () => removeWritten(store.connection, { prefix: PREFIX, fence: lock.fence });
  const replacing = ({ key, value, modRevision }: EtcdEntry, text: string): Put => ({
    kind: 'put',
    key,
    value: Buffer.from(text),
    guard: { modRevision },
    previous: value,
  });
  const found = async (key: string): Promise<EtcdEntry> => {
    const entry = (await store.read(key)).get(key);
    assert.ok(entry, key);
    return entry;
  };
  const contents = async () =>
    [...(await store.read('/data/')).values()].map(
      ({ key, value }) => `${key.slice('/data/'.length)}=${value}`,
    );

  it('knows every key by its revision, and takes back these alone', async () => {
    await others.put('/data/00000x').value('foreign');
    await writeRecorded(numbered('/data/', 1000));
    const written = await readLedger(store.connection, PREFIX);
    assert.equal(written.size, 1000);
    for (const entry of (await store.read('/data/')).values()) {
      const expected = entry.key === '/data/00000x' ? 'foreign' : 'created';
      assert.equal(ownership(written.get(entry.key), entry), expected);
    }
    assert.deepEqual(await remove(), { deleted: 1000, restored: 0, left: [] });
    assert.deepEqual(await contents(), ['00000x=foreign']);
    assert.equal((await store.read('/own/written/')).size, 0);
    assert.deepEqual(await remove(), { deleted: 0, restored: 0, left: [] });
  });

  it('leaves what others created anew, and takes what they only changed', async () => {
    await writeRecorded(['a', 'b', 'c'].map(name => newKey(`/data/${name}`)));
    await others.put('/data/a').value('changed');
    await others.delete().key('/data/b');
    await others.put('/data/b').value('foreign');
    await others.delete().key('/data/c');
    const foreign = await found('/data/b');
    assert.deepEqual(await remove(), { deleted: 1, restored: 0, left: [{ key: '/data/b', found: foreign }] });
    assert.deepEqual(await contents(), ['b=foreign']);
  });

  it('restores what was overwritten, the oldest value of several, and not where others changed it', async () => {
    for (const name of ['once', 'twice', 'changed', 'between', 'gone'])
      await others.put(`/data/${name}`).value('old');
    const overwrite = async (text: string, names: readonly string[]) => {
      const entries = await Promise.all(names.map(name => found(`/data/${name}`)));
      await writeRecorded(entries.map(entry => replacing(entry, text)));
    };
    await overwrite('1', ['once', 'twice', 'changed', 'between', 'gone']);
    await others.put('/data/between').value('theirs');
    await overwrite('2', ['twice', 'between']);
    await others.put('/data/changed').value('theirs');
    await others.delete().key('/data/gone');
    const changed = await found('/data/changed');
    const { left, ...counts } = await remove();
    assert.deepEqual(counts, { deleted: 0, restored: 3 });
    assert.deepEqual(
      new Map(left.map(one => [one.key, one.found])),
      new Map([
        ['/data/changed', changed],
        ['/data/gone', undefined],
      ]),
    );
    assert.deepEqual(await contents(), ['between=theirs', 'changed=theirs', 'once=old', 'twice=old']);
  });

  it('is right with two ledgers of one run', async () => {
    await writeRecorded([newKey('/data/a')]);
    await writeRecorded([newKey('/data/b')]);
    assert.deepEqual(await contents(), ['a=new', 'b=new']);
    assert.deepEqual(await remove(), { deleted: 2, restored: 0, left: [] });
  });

  it('restores what others created in place of ours, and we overwrote', async () => {
    const ledger = newLedger(PREFIX, lock.fence);
    const options = { fence: lock.fence, ledger };
    await write(store.connection, [newKey('/data/a')], options);
    await others.delete().key('/data/a');
    await others.put('/data/a').value('theirs');
    await write(store.connection, [replacing(await found('/data/a'), 'ours')], options);
    assert.deepEqual(await remove(), { deleted: 0, restored: 1, left: [] });
    assert.deepEqual(await contents(), ['a=theirs']);
  });

  it('is taken back by another try, wherever the first one was ended', async () => {
    for (const ended of [1, 4, 9, 11]) {
      await others.delete().prefix('/data/');
      await others.put('/data/kept').value('old');
      const ledger = newLedger(PREFIX, (await relocked()).fence);
      const options = { fence: lock.fence, ledger };
      await write(store.connection, numbered('/data/', 1000), options);
      await write(store.connection, [replacing(await found('/data/kept'), 'ours')], options);
      await assert.rejects(
        removeWritten(endingAfter(ended), { prefix: PREFIX, fence: lock.fence }),
        /the end/,
      );
      const { left } = await remove();
      assert.deepEqual(left, []);
      assert.deepEqual(await contents(), ['kept=old']);
      assert.equal((await store.read('/own/written/')).size, 0);
    }
  });

  const relocked = async () => {
    await lock.release();
    lock = await store.lock();
    return lock;
  };

  /** The connection of a process that is killed after some requests. */
  const endingAfter = (requests: number): Store['connection'] => {
    let left = requests;
    return {
      ...store.connection,
      run(what, action, signal) {
        if (left === 0) return Promise.reject(new Error('the end'));
        left -= 1;
        return store.connection.run(what, action, signal);
      },
    };
  };

  it('refuses an entry that it does not understand, before anything is deleted', async () => {
    await writeRecorded([newKey('/data/a')]);
    await others.put('/own/written/x').value('{}');
    await assert.rejects(remove(), { outcome: 'refused', message: /\/own\/written\/x is no record/ });
    assert.deepEqual(await contents(), ['a=new']);
  });
});
