/** A key with its value, or a directory without children: its key ends in `/`, its value is empty. */
export interface V2Node {
  readonly key: string;
  readonly value: string;
  readonly modifiedIndex: number;
}

/** A change of a key, or of a whole directory: one that is deleted takes everything below it along. */
export interface V2Event {
  readonly action: 'set' | 'delete';
  readonly key: string;
  readonly directory: boolean;
  /** Only for keys that were set. */
  readonly value?: string;
  readonly modifiedIndex: number;
}

/** A node as etcd sends it, with the children where they were asked for. */
export interface Tree {
  readonly key: string;
  readonly directory: boolean;
  readonly value: string;
  readonly modifiedIndex: number;
  /** Absent in a listing of the parent, where it says nothing about children. */
  readonly children: readonly unknown[] | undefined;
}

/** What etcd says instead of an answer: https://etcd.io/docs/v2.3/errorcode/ */
export interface V2Problem {
  readonly code: number;
  readonly message: string;
}

export const V2_CODES = {
  keyNotFound: 100,
  compareFailed: 101,
  notAFile: 102,
  notADirectory: 104,
  exists: 105,
  directoryNotEmpty: 108,
  unauthorized: 110,
  raft: 300,
  leaderElection: 301,
  historyLost: 401,
} as const;

type Fields = {
  readonly [Name in
    | 'node'
    | 'action'
    | 'key'
    | 'dir'
    | 'value'
    | 'modifiedIndex'
    | 'nodes'
    | 'errorCode'
    | 'message'
    | 'cause']?: unknown;
};

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A node of an answer; undefined for something else. */
export function treeOf(raw: unknown): Tree | undefined {
  if (!isRecord(raw)) return undefined;
  const { key = '/', dir = false, value = '', modifiedIndex = 0, nodes } = raw;
  if (typeof key !== 'string' || typeof value !== 'string' || typeof modifiedIndex !== 'number') {
    return undefined;
  }
  const children: readonly unknown[] | undefined = Array.isArray(nodes) ? nodes : undefined;
  return { key, directory: dir === true, value, modifiedIndex, children };
}

/** The node of an answer such as `{"action":"get","node":{…}}`; undefined for something else. */
export function answeredTree(body: unknown): Tree | undefined {
  return isRecord(body) ? treeOf(body.node) : undefined;
}

/** The problem of an answer such as `{"errorCode":100,"message":"Key not found","cause":"/x"}`. */
export function problemOf(body: unknown): V2Problem | undefined {
  if (!isRecord(body)) return undefined;
  const { errorCode, message, cause } = body;
  if (typeof errorCode !== 'number') return undefined;
  const words = [message, cause].filter(text => typeof text === 'string' && text !== '');
  return { code: errorCode, message: words.join(': ') };
}

const DELETIONS: readonly unknown[] = ['delete', 'expire', 'compareAndDelete'];
const CHANGES: readonly unknown[] = ['set', 'create', 'update', 'compareAndSwap'];

/** One line of a watch; undefined for something else. */
export function eventOf(body: unknown): V2Event | undefined {
  const tree = answeredTree(body);
  if (!tree || !isRecord(body)) return undefined;
  const { key, directory, value, modifiedIndex } = tree;
  if (DELETIONS.includes(body.action)) return { action: 'delete', key, directory, modifiedIndex };
  if (!CHANGES.includes(body.action)) return undefined;
  return { action: 'set', key, directory, modifiedIndex, ...(directory ? {} : { value }) };
}

/**
 * Appends the keys and the empty directories of a recursive answer, in its order. Returns whether all of it could be
 * understood.
 */
export function flatten(tree: Tree, into: V2Node[]): boolean {
  if (!tree.directory) {
    into.push(leaf(tree));
    return true;
  }
  if (tree.children === undefined || tree.children.length === 0) {
    into.push(emptyDirectory(tree));
    return true;
  }
  return tree.children.every(raw => {
    const child = treeOf(raw);
    return child !== undefined && flatten(child, into);
  });
}

/** A key with its value. */
export function leaf({ key, value, modifiedIndex }: Tree): V2Node {
  return { key, value, modifiedIndex };
}

/** A directory as one that has no children. */
export function emptyDirectory({ key, modifiedIndex }: Tree): V2Node {
  return { key: `${key}/`, value: '', modifiedIndex };
}
