import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { acquireLock } from '../../jobs/lib/etcd/lock.ts';
import { connectEtcdV3, type EtcdV3 } from '../../jobs/lib/etcd/v3.ts';
import { changesBetween } from '../../jobs/lib/etcd/v3-events.ts';
import { getEntry } from '../../jobs/lib/etcd/v3-get.ts';
import { writeAll } from '../../jobs/lib/etcd/v3-write.ts';
import { type Etcd, startEtcd } from '../cluster/etcd.ts';
import type { FaultAction } from './fault.ts';
import { type GrpcFaultProxy, startGrpcFaultProxy } from './grpc-proxy.ts';

let etcd: Etcd;
let proxy: GrpcFaultProxy;
let client: EtcdV3;

before(async () => {
  etcd = await startEtcd();
  proxy = await startGrpcFaultProxy(etcd.endpoint);
  client = connectEtcdV3({ endpoints: [proxy.url], requestTimeoutMs: 1_000, retryTotalMs: 20_000 });
});
after(async () => {
  client.close();
  await proxy.stop();
  await etcd.stop();
});
beforeEach(() => proxy.reset());

const lines = () => proxy.requests.map(({ method, path }) => `${method} ${path.replace(/.*\//, '')}`);

/** Takes a lock, writes a key, reads it and its event, and gives the lock back. */
async function work(key: string): Promise<void> {
  await using lock = await acquireLock(client.connection, { key: '/lock' });
  const before = await client.revision(key);
  const put = { kind: 'put', key, value: Buffer.from('x'), guard: { absent: true } } as const;
  await writeAll(client.connection, [put], { fence: lock.fence });
  const entry = await getEntry(client.connection, key);
  assert.equal(entry?.value.toString(), 'x');
  const changes = await changesBetween(client.connection, key, before, entry.modRevision);
  assert.deepEqual([...changes.keys()], [key]);
}

test('passes calls and streams on, and tells reads from writes', async () => {
  await work('/a');
  assert.deepEqual(lines(), [
    'READ Range',
    'WRITE LeaseGrant',
    'WRITE Txn',
    'READ Range',
    'WRITE Txn',
    'READ Txn',
    'STREAM Watch',
    'WRITE LeaseRevoke',
  ]);
  assert.ok(proxy.requests.every(({ forwarded }) => forwarded));
  assert.ok(proxy.requests.every(({ method, status }) => method === 'STREAM' || status === 0));
});

const SPOILED: readonly FaultAction[] = [
  { do: 'refuse' },
  { do: 'reset' },
  { do: 'reset-after' },
  { do: 'stall' },
  { do: 'stall-after' },
];
for (const [index, action] of SPOILED.entries()) {
  test(`${action.do}, of every call once: the client tries again`, async () => {
    proxy.setFaults([{ each: true, action }]);
    await work(`/spoiled/${index}`);
    const hit = new Set(
      proxy.requests.filter(({ fault }) => fault !== undefined).map(({ path }) => path.replace(/.*\//, '')),
    );
    assert.deepEqual([...hit].sort(), ['LeaseGrant', 'LeaseRevoke', 'Range', 'Txn', 'Watch']);
  });
}

test('calls before a call is passed on, and after it was carried out', async () => {
  const direct = connectEtcdV3({ endpoints: [etcd.endpoint], requestTimeoutMs: 5_000 });
  const match = { methods: ['WRITE'], path: /Txn$/ };
  for (const when of ['before', 'after'] as const) {
    const seen: boolean[] = [];
    const call = async () => seen.push((await getEntry(direct.connection, `/called/${when}`)) !== undefined);
    proxy.setFaults([{ match, at: 2, action: { do: 'call', when, call } }]);
    await work(`/called/${when}`);
    assert.deepEqual(seen, [when === 'after']);
  }
  direct.close();
});

test('goes on with an etcd that was started again', async () => {
  await etcd.kill();
  const reading = client.revision('/a');
  await etcd.start();
  assert.ok(Number(await reading) > 1);
});

test('knows no answers of the API server', () => {
  assert.throws(() => proxy.setFaults([{ action: { do: 'status', code: 503 } }]), RangeError);
});
