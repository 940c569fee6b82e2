import { Etcd3, type IOptions, Range } from 'etcd3';

/** A client to prepare data with. */
export function etcdWriter(endpoint: string, options: Omit<IOptions, 'hosts'> = {}): Etcd3 {
  return new Etcd3({ hosts: endpoint, ...options });
}

/** Writes all keys, a few hundred in a transaction. */
export async function putAll(client: Etcd3, entries: Iterable<readonly [string, Buffer]>): Promise<void> {
  const puts = [...entries].map(([key, value]) => ({
    request_put: { key: Buffer.from(key), value },
  }));
  const size = 100;
  for (let start = 0; start < puts.length; start += size) {
    await client.kv.txn({ success: puts.slice(start, start + size) });
  }
}

/** The revision of the store, to see that nothing was written. */
export async function storeRevision(client: Etcd3): Promise<string> {
  const { header } = await client.kv.range({ key: Buffer.from('x'), count_only: true });
  return header.revision;
}

/** Turns authentication on: `root`, and `reader`, who may only read the prefix; both with this password. */
export async function enableAuth(client: Etcd3, password: string, prefix: string): Promise<void> {
  const [root, reader] = [client.role('root'), client.role('reader')];
  await Promise.all([root.create(), reader.create()]);
  await reader.grant({ permission: 'Read', range: Range.prefix(prefix) });
  for (const role of [root, reader]) {
    const user = await client.user(role.name).create(password);
    await user.addRole(role);
  }
  await client.auth.authEnable();
}
