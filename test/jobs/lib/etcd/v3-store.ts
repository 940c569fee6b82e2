import assert from 'node:assert/strict';
import type { EtcdConnection } from '../../../../jobs/lib/etcd/connection.ts';
import { acquireLock, type Lock } from '../../../../jobs/lib/etcd/lock.ts';
import { connectEtcdV3, type EtcdEntry, type EtcdV3 } from '../../../../jobs/lib/etcd/v3.ts';
import type { Put, WriteOperation } from '../../../../jobs/lib/etcd/v3-operation.ts';
import { type WriteOptions, type WriteResult, writeAll } from '../../../../jobs/lib/etcd/v3-write.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../../faults/tcp-proxy.ts';
import { collect } from './collect.ts';

/** An etcd, a client of it, and one through a proxy that tests break. */
export interface Store extends AsyncDisposable {
  readonly etcd: Etcd;
  readonly client: EtcdV3;
  readonly connection: EtcdConnection;
  readonly proxy: TcpFaultProxy;
  readonly proxied: EtcdConnection;
  lock(key?: string): Promise<Lock>;
  /** All keys with a prefix, by name. */
  read(prefix: string): Promise<Map<string, EtcdEntry>>;
}

export async function startStore(...flags: string[]): Promise<Store> {
  const etcd = await startEtcd({ flags });
  const { hostname, port } = new URL(etcd.endpoint);
  const proxy = await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) });
  const options = { requestTimeoutMs: 2_000, retryTotalMs: 15_000 };
  const client = connectEtcdV3({ endpoints: [etcd.endpoint], ...options });
  const throughProxy = connectEtcdV3({ endpoints: [`http://${proxy.host}:${proxy.port}`], ...options });
  return {
    ...{ etcd, client, proxy, connection: client.connection, proxied: throughProxy.connection },
    lock: (key = '/own/lock') => acquireLock(client.connection, { key }),
    read: async prefix =>
      new Map((await collect(client.readPrefix(prefix))).map(entry => [entry.key, entry])),
    async [Symbol.asyncDispose]() {
      client.close();
      throughProxy.close();
      await proxy.stop();
      await etcd.stop();
    },
  };
}

/** A value for a key that must not exist yet. */
export const newKey = (key: string, value = 'new'): Put => ({
  kind: 'put',
  key,
  value: Buffer.from(value),
  guard: { absent: true },
});

export const numbered = (prefix: string, count: number, value?: string): Put[] =>
  Array.from({ length: count }, (_, i) => newKey(`${prefix}${String(i).padStart(5, '0')}`, value));

/** Writes, and gives what became of each key; it must be told once of every one. */
export async function write(
  connection: EtcdConnection,
  operations: readonly WriteOperation[],
  options: Omit<WriteOptions, 'onResult'>,
): Promise<Map<string, WriteResult>> {
  const results = new Map<string, WriteResult>();
  const onResult = ({ key }: WriteOperation, result: WriteResult) => {
    assert.ok(!results.has(key), `${key} twice`);
    results.set(key, result);
  };
  await writeAll(connection, operations, { ...options, onResult });
  assert.equal(results.size, operations.length);
  return results;
}
