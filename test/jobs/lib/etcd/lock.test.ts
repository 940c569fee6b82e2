import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, type Lock } from '../../../../jobs/lib/etcd/lock.ts';
import { holderOf } from '../../../../jobs/lib/etcd/lock-holder.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';
import { newKey, type Store, startStore, write } from './v3-store.ts';

const ttlSeconds = 2;

/** The lock as it is lost, or an error after a time. */
function lossOf(lock: Lock, mostMs: number): Promise<unknown> {
  const late = AbortSignal.timeout(mostMs);
  return new Promise((resolve, reject) => {
    lock.signal.addEventListener('abort', () => resolve(lock.signal.reason));
    late.addEventListener('abort', () => reject(new Error('the lock was not lost')));
  });
}

describe('a lock', () => {
  let store: Store;
  before(async () => {
    store = await startStore();
  });
  after(() => store[Symbol.asyncDispose]());

  it('says who holds it, lives longer than its lease, and goes when it is released', async () => {
    const lock = await acquireLock(store.connection, { key: '/lock/a', ttlSeconds });
    const entry = (await store.read('/lock/a')).get('/lock/a');
    assert.ok(entry);
    assert.equal(holderOf(entry.value)?.pid, process.pid);
    assert.deepEqual(lock.fence, { key: '/lock/a', createRevision: entry.createRevision });
    await new Promise(resolve => setTimeout(resolve, 2.5 * ttlSeconds * 1000));
    assert.equal(lock.signal.aborted, false);
    assert.equal((await store.read('/lock/a')).get('/lock/a')?.createRevision, entry.createRevision);
    await lock.release();
    assert.equal((await store.read('/lock/a')).size, 0);
    assert.equal(lock.signal.aborted, false);
  });

  it('is refused while somebody else holds it, after the wait for a holder that was killed', async () => {
    await using holder = await acquireLock(store.connection, { key: '/lock/b', ttlSeconds });
    const waits: string[] = [];
    const onWait = (text: string, mostMs: number) => waits.push(`${text}, ${mostMs} ms`);
    const begin = performance.now();
    const error = await acquireLock(store.proxied, { key: '/lock/b', ttlSeconds, onWait }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const took = performance.now() - begin;
    assert.ok(error instanceof Failure);
    assert.equal(error.outcome, 'refused');
    assert.match(error.message, /\/lock\/b is held by \S+, process \d+, since \d{4}-\S+Z\. Wait for it/);
    assert.equal(waits.length, 1);
    assert.match(waits[0] ?? '', /process \d+, since \S+, 7000 ms$/);
    assert.ok(took > 6_500 && took < 20_000, `${took} ms`);
    assert.equal(holder.signal.aborted, false);
  });

  it('is taken over from a holder that is gone; its late writes are refused', async () => {
    const stale = await acquireLock(store.proxied, { key: '/lock/c', ttlSeconds });
    const lost = lossOf(stale, 20_000);
    store.proxy.stall();
    await using next = await acquireLock(store.connection, { key: '/lock/c', ttlSeconds });
    assert.ok(BigInt(next.fence.createRevision) > BigInt(stale.fence.createRevision));
    assert.match(String(await lost), /EtcdError: etcd: the lock \/lock\/c is lost/);
    await store.proxy.restore();
    const late = write(store.proxied, [newKey('/data/late')], { fence: stale.fence });
    await assert.rejects(late, { reason: 'lock-lost' });
    await write(store.connection, [newKey('/data/next')], { fence: next.fence });
    assert.deepEqual([...(await store.read('/data/')).keys()], ['/data/next']);
    await stale.release();
    assert.equal((await store.read('/lock/c')).size, 1);
  });

  it('survives an outage of etcd that is shorter than what is left of its lease', async () => {
    await using lock = await acquireLock(store.proxied, { key: '/lock/e', ttlSeconds: 15 });
    store.proxy.refuse();
    store.proxy.cut();
    await sleep(13_000);
    await store.proxy.restore();
    await sleep(3_000);
    assert.equal(lock.signal.aborted, false);
    await write(store.connection, [newKey('/data/survived')], { fence: lock.fence });
  });

  it('is held once, however many want it', async () => {
    const tries = Array.from({ length: 5 }, () =>
      acquireLock(store.connection, { key: '/lock/d', ttlSeconds: 1, signal: AbortSignal.timeout(1_500) }),
    );
    const locks: Lock[] = [];
    for (const end of await Promise.allSettled(tries)) if (end.status === 'fulfilled') locks.push(end.value);
    assert.equal(locks.length, 1);
    await locks[0]?.release();
  });

  it('is taken once when the answer is lost', async () => {
    for (let bytes = 1; bytes < 600; bytes += 97) {
      const key = `/lock/cut${bytes}`;
      store.proxy.afterBytes(bytes, store.proxy.cut);
      const lock = await acquireLock(store.proxied, { key, ttlSeconds: 30 });
      assert.equal(lock.fence.createRevision, (await store.read(key)).get(key)?.createRevision);
      await lock.release();
      await store.proxy.restore();
    }
  });
});
