import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EtcdError } from '../../../../jobs/lib/etcd/errors.ts';
import { newLedger, readLedger } from '../../../../jobs/lib/etcd/ledger.ts';
import type { Lock } from '../../../../jobs/lib/etcd/lock.ts';
import { MAX_VALUE_BYTES, type WriteOperation } from '../../../../jobs/lib/etcd/v3-operation.ts';
import type { WriteResult } from '../../../../jobs/lib/etcd/v3-write.ts';
import { newKey, numbered, type Store, startStore, write } from './v3-store.ts';

const revisionsOf = (results: Map<string, WriteResult>): string[] =>
  [...results.values()].map(result => ('revision' in result ? result.revision : 'refused'));

describe('writing etcd v3', () => {
  let store: Store;
  let lock: Lock;
  before(async () => {
    store = await startStore();
    lock = await store.lock();
  });
  after(async () => {
    await lock.release();
    await store[Symbol.asyncDispose]();
  });

  const revisionNow = () => store.client.revision('/own/');

  it('puts 126 keys in a transaction, and tells the revision of each', async () => {
    const before = Number(await revisionNow());
    const results = await write(store.connection, numbered('/many/', 1000), { fence: lock.fence });
    assert.equal(Number(await revisionNow()) - before, Math.ceil(1000 / 126));
    const stored = await store.read('/many/');
    assert.equal(stored.size, 1000);
    for (const [key, result] of results) {
      assert.deepEqual(result, { revision: stored.get(key)?.modRevision });
    }
  });

  it('leaves out what is not as expected, and writes the rest', async () => {
    const { connection } = store;
    const { fence } = lock;
    await write(connection, [newKey('/mixed/a', '1'), newKey('/mixed/b', '1'), newKey('/mixed/c', '1')], {
      fence,
    });
    const old = await store.read('/mixed/');
    await write(
      connection,
      [
        {
          kind: 'put',
          key: '/mixed/b',
          value: Buffer.from('2'),
          guard: { modRevision: old.get('/mixed/b')?.modRevision ?? '' },
        },
      ],
      { fence },
    );
    const now = await store.read('/mixed/');
    const [a, b, c] = ['/mixed/a', '/mixed/b', '/mixed/c'].map(key => old.get(key));
    assert.ok(a && b && c);
    const operations: WriteOperation[] = [
      { kind: 'put', key: '/mixed/a', value: Buffer.from('3'), guard: { absent: true } },
      { kind: 'put', key: '/mixed/b', value: Buffer.from('3'), guard: { modRevision: b.modRevision } },
      { kind: 'delete', key: '/mixed/c', guard: { createRevision: c.createRevision } },
      { kind: 'delete', key: '/mixed/d', guard: { createRevision: c.createRevision } },
      { kind: 'put', key: '/mixed/e', value: Buffer.from('3'), guard: { absent: true } },
      { kind: 'put', key: '/mixed/f', value: Buffer.from('3'), guard: { modRevision: b.modRevision } },
    ];
    const results = await write(connection, operations, { fence });
    const revision = await revisionNow();
    assert.deepEqual(Object.fromEntries(results), {
      '/mixed/a': { found: now.get('/mixed/a') },
      '/mixed/b': { found: now.get('/mixed/b') },
      '/mixed/c': { revision },
      '/mixed/d': { found: undefined },
      '/mixed/e': { revision },
      '/mixed/f': { found: undefined },
    });
    const values = [...(await store.read('/mixed/')).values()].map(({ key, value }) => `${key}=${value}`);
    assert.deepEqual(values, ['/mixed/a=1', '/mixed/b=2', '/mixed/e=3']);
  });

  it('deletes a key only while it is the one that was created', async () => {
    const { fence } = lock;
    await write(store.connection, [newKey('/again/a')], { fence });
    const first = (await store.read('/again/')).get('/again/a');
    assert.ok(first);
    const deletion: WriteOperation = {
      kind: 'delete',
      key: '/again/a',
      guard: { createRevision: first.createRevision },
    };
    await write(store.connection, [deletion], { fence });
    await write(store.connection, [newKey('/again/a')], { fence });
    const results = await write(store.connection, [deletion], { fence });
    assert.deepEqual(results.get('/again/a'), { found: (await store.read('/again/')).get('/again/a') });
  });

  it('writes the same key twice in the order that is given, with one transaction at a time', async () => {
    const { fence } = lock;
    const results: string[] = [];
    const operations = [newKey('/twice', 'first'), newKey('/twice', 'second')];
    const { writeAll } = await import('../../../../jobs/lib/etcd/v3-write.ts');
    await writeAll(store.connection, operations, {
      fence,
      inFlight: 1,
      onResult: (_, result) => results.push('revision' in result ? 'done' : String(result.found?.value)),
    });
    assert.deepEqual(results, ['done', 'first']);
  });

  it('writes the largest value, and names one that is too large before it is sent', async () => {
    const { fence } = lock;
    const large = newKey('/large/most', 'x'.repeat(MAX_VALUE_BYTES));
    assert.equal(
      revisionsOf(await write(store.connection, [large, newKey('/large/small')], { fence })).length,
      2,
    );
    const more = newKey('/large/more', 'x'.repeat(MAX_VALUE_BYTES + 1));
    await assert.rejects(write(store.connection, [more], { fence }), {
      reason: 'too-large',
      message: /\/large\/more: the value has 1556481 bytes, the most that etcd takes is 1556480/,
    });
    const both = { ...large, key: '/large/both', guard: { modRevision: '1' }, previous: Buffer.from('old') };
    await assert.rejects(
      write(store.connection, [both], { fence }),
      /the one that it replaces have 1556484 bytes/,
    );
  });

  it('writes nothing without the lock', async () => {
    const other = await store.lock('/own/other');
    await other.release();
    const ledger = newLedger('/own/other/', other.fence);
    await assert.rejects(write(store.connection, numbered('/late/', 300), { fence: other.fence, ledger }), {
      reason: 'lock-lost',
      message: /the lock \/own\/other is lost/,
    });
    const again = await store.lock('/own/other');
    await assert.rejects(write(store.connection, [newKey('/late/x')], { fence: other.fence }), {
      reason: 'lock-lost',
    });
    await again.release();
    assert.equal((await store.read('/late/')).size, 0);
  });

  it('takes effect once, wherever the connection is cut', async () => {
    const { fence } = lock;
    const ledger = newLedger('/cut/', fence);
    // An answer is some 200 bytes, and the connection's own frames come before it.
    for (let bytes = 1, round = 0; bytes < 400; bytes += 37, round += 1) {
      store.proxy.afterBytes(bytes, store.proxy.cut);
      const operations = numbered(`/cut-data/${round}/`, 130);
      const results = await write(store.proxied, operations, { fence, ledger });
      const stored = await store.read(`/cut-data/${round}/`);
      assert.equal(stored.size, 130);
      for (const [key, result] of results)
        assert.deepEqual(result, { revision: stored.get(key)?.modRevision });
      for (const entry of stored.values()) assert.equal(entry.createRevision, entry.modRevision);
      await store.proxy.restore();
    }
    const written = await readLedger(store.connection, '/cut/');
    for (const { key, createRevision } of (await store.read('/cut-data/')).values()) {
      assert.deepEqual(written.get(key), { createdAt: createRevision });
    }
  });

  it('takes effect once without a ledger, too', async () => {
    const { fence } = lock;
    for (let bytes = 1, round = 0; bytes < 400; bytes += 57, round += 1) {
      const prefix = `/bare/${round}/`;
      await write(store.connection, numbered(prefix, 3), { fence });
      const old = [...(await store.read(prefix)).values()];
      const [first, second, third] = old;
      assert.ok(first && second && third);
      store.proxy.afterBytes(bytes, store.proxy.cut);
      const operations: WriteOperation[] = [
        newKey(`${prefix}new`),
        { kind: 'put', key: first.key, value: Buffer.from('2'), guard: { modRevision: first.modRevision } },
        { kind: 'delete', key: second.key, guard: { createRevision: second.createRevision } },
      ];
      const results = await write(store.proxied, operations, { fence });
      assert.ok(!revisionsOf(results).includes('refused'), `cut after ${bytes} bytes`);
      const keys = [...(await store.read(prefix)).values()].map(({ key, value }) => `${key}=${value}`);
      assert.deepEqual(keys, [`${first.key}=2`, `${third.key}=new`, `${prefix}new=new`]);
      await store.proxy.restore();
    }
  });

  it('goes on when etcd is killed and started again', async () => {
    const { fence } = lock;
    const ledger = newLedger('/killed/', fence);
    const writing = write(store.proxied, numbered('/killed-data/', 5_000), { fence, ledger });
    await store.etcd.kill();
    await store.etcd.start();
    const results = await writing;
    assert.ok(!revisionsOf(results).includes('refused'));
    const stored = await store.read('/killed-data/');
    const written = await readLedger(store.connection, '/killed/');
    assert.equal(stored.size, 5_000);
    for (const { key, createRevision, modRevision } of stored.values()) {
      assert.equal(createRevision, modRevision);
      assert.deepEqual(written.get(key), { createdAt: createRevision });
    }
  });
});

describe('an etcd v3 without space', () => {
  it('is named, with what to do, and not asked again', async () => {
    await using store = await startStore(`--quota-backend-bytes=${4 * 1024 * 1024}`);
    await using lock = await store.lock();
    const begin = performance.now();
    // etcd looks at its size when it commits, which is some writes late on a busy machine.
    const filling = write(store.connection, numbered('/full/', 60, 'x'.repeat(1_000_000)), {
      fence: lock.fence,
      inFlight: 1,
    });
    const error = await filling.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EtcdError);
    assert.equal(error.reason, 'no-space');
    assert.match(
      error.message,
      /\/full\/000\d\d on failed: .*database space exceeded.*defragment.*alarm disarm/,
    );
    assert.ok(performance.now() - begin < 5_000);
  });
});
