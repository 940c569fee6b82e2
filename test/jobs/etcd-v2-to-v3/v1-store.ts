import assert from 'node:assert/strict';

/** Changes the keys of an etcd v2 as Calico's components and people do, with nothing of ours between. */
export interface V1Store {
  put(key: string, value: string): Promise<void>;
  makeDirectory(key: string): Promise<void>;
  /** Deletes a key, or a directory with all that is in it; nothing happens where it is missing. */
  remove(key: string): Promise<void>;
  /** A value; `undefined` where there is none. */
  get(key: string): Promise<string | undefined>;
  /** Every key below `/calico` with its value; a directory without children ends in `/`. */
  dump(): Promise<Readonly<Record<string, string>>>;
}

interface Node {
  readonly key: string;
  readonly dir?: boolean;
  readonly value?: string;
  readonly nodes?: readonly Node[];
}

/** The store behind an endpoint such as `http://127.0.0.1:2379`. */
export function v1Store(endpoint: string): V1Store {
  const url = (key: string, query = ''): string =>
    `${endpoint}/v2/keys${key.split('/').map(encodeURIComponent).join('/')}${query}`;
  const send = async (key: string, query: string, method: string, form?: Record<string, string>) => {
    const body = form && new URLSearchParams(form);
    const answer = await fetch(url(key, query), { method, ...(body ? { body } : {}) });
    const text = await answer.text();
    assert.ok(answer.ok || answer.status === 404, `${method} ${key}: ${answer.status} ${text}`);
    return answer.ok ? text : undefined;
  };
  return {
    put: async (key, value) => void (await send(key, '', 'PUT', { value })),
    makeDirectory: async key => void (await send(key, '?prevExist=false', 'PUT', { dir: 'true' })),
    remove: async key => void (await send(key, '?recursive=true', 'DELETE')),
    get: async key => {
      const text = await send(key, '', 'GET');
      return text === undefined ? undefined : nodeOf(text).value;
    },
    dump: async () => {
      const text = await send('/calico', '?recursive=true', 'GET');
      return text === undefined ? {} : Object.fromEntries(leaves(nodeOf(text)).sort());
    },
  };
}

/** Writes all keys; one that ends in `/` becomes an empty directory. */
export async function seedV1(store: V1Store, keys: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(keys)) {
    if (key.endsWith('/')) await store.makeDirectory(key.slice(0, -1));
    else await store.put(key, value);
  }
}

function nodeOf(text: string): Node {
  const answer: { node: Node } = JSON.parse(text);
  return answer.node;
}

function leaves(node: Node): (readonly [string, string])[] {
  if (!node.dir) return [[node.key, node.value ?? '']];
  const children = node.nodes ?? [];
  return children.length === 0 ? [[`${node.key}/`, '']] : children.flatMap(leaves);
}
