import { Etcd3 } from 'etcd3';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';

/** Looks at the keys of an etcd v3, and changes them, as others than our program do. */
export interface V3Store extends Disposable {
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  removeAll(): Promise<void>;
  /** Every key with its value. */
  dump(): Promise<Readonly<Record<string, string>>>;
}

/** The store behind an endpoint. */
export function v3Store(endpoint: string): V3Store {
  const client = new Etcd3({ hosts: endpoint });
  return {
    put: async (key, value) => void (await client.put(key).value(value)),
    remove: async key => void (await client.delete().key(key)),
    removeAll: async () => void (await client.delete().all()),
    dump: async () => await client.getAll().strings(),
    [Symbol.dispose]: () => client.close(),
  };
}

/** Values as the recordings hold them: JSON parsed, without uid and creation time of a resource. */
export function comparable(dump: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(dump).map(([key, text]) => [key, comparableValue(text)]));
}

function comparableValue(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isRecord(parsed) || !isRecord(parsed.metadata)) return parsed;
    const { uid: _uid, creationTimestamp: _time, ...metadata } = parsed.metadata;
    return { ...parsed, metadata };
  } catch {
    return text;
  }
}

/** Without what our program keeps for itself. */
export function withoutOwn<T>(dump: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(dump).filter(([key]) => !key.startsWith('/calico-upgrade/')));
}
