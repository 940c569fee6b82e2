import { EtcdError } from './errors.ts';
import { answeredTree, V2_CODES } from './v2-answer.ts';
import { mustFit, type V2Answer, type V2Http, type V2Request } from './v2-http.ts';

export interface V2Value {
  readonly value: string;
  readonly modifiedIndex: number;
}

/** How much of a directory to read. */
export interface V2Extent {
  readonly recursive: boolean;
  readonly mostBytes?: number;
}

export interface V2Reader {
  /** The index of the store. `key` is any key, present or not, that the user may read. */
  index(key: string, signal?: AbortSignal): Promise<number>;
  /** The value of a key; undefined where there is none. Throws for a directory. */
  get(key: string, signal?: AbortSignal): Promise<V2Value | undefined>;
  /** Whether a directory has children, hidden ones aside; `no directory` for a key with a value. */
  directory(key: string, signal?: AbortSignal): Promise<'gone' | 'empty' | 'not empty' | 'no directory'>;
  /** Reads of directories as they are now or later, from whichever member. */
  since(
    key: string,
    signal: AbortSignal,
  ): Promise<(directory: string, extent: V2Extent) => Promise<V2Answer | 'too large'>>;
}

/**
 * Reads through the majority of the members, as field-lessons F6 needs it: no member may answer with an old state.
 */
export function v2Reader(http: V2Http): V2Reader {
  const request = (request: V2Request) =>
    http.retried(() => http.once(`read of ${request.key}`, request), request.signal);
  const quorum = async (key: string, signal: AbortSignal | undefined) =>
    known(key, mustFit(await request({ key, query: { quorum: 'true' }, signal })));

  return {
    index: async (key, signal) => (await quorum(key, signal)).index,
    async get(key, signal) {
      const tree = treeIn(key, await quorum(key, signal));
      if (tree?.directory) throw new EtcdError('failed', `etcd: ${key} is a directory, expected a value`);
      return tree && { value: tree.value, modifiedIndex: tree.modifiedIndex };
    },
    async directory(key, signal) {
      const tree = treeIn(key, await quorum(key, signal));
      if (!tree) return 'gone';
      if (!tree.directory) return 'no directory';
      return (tree.children ?? []).length === 0 ? 'empty' : 'not empty';
    },
    async since(key, signal) {
      const from = (await quorum(key, signal)).index;
      return async (directory, { recursive, mostBytes }) => {
        const query = { sorted: 'true', ...(recursive ? { recursive: 'true' } : {}) };
        const limited = { key: directory, signal, ...(mostBytes === undefined ? {} : { mostBytes }) };
        const answer = await request({ ...limited, query });
        // A read through the majority costs a write to the log of each member, so only a member that is behind needs it.
        if (answer === 'too large' || answer.index >= from) return checked(directory, answer);
        return checked(directory, await request({ ...limited, query: { ...query, quorum: 'true' } }));
      };
    },
  };
}

const checked = (key: string, answer: V2Answer | 'too large') =>
  answer === 'too large' ? answer : known(key, answer);

/** An answer whose only problem can be that there is no such key. */
function known(key: string, answer: V2Answer): V2Answer {
  const { problem, endpoint } = answer;
  if (!problem || problem.code === V2_CODES.keyNotFound) return answer;
  throw new EtcdError('failed', `etcd ${endpoint}: read of ${key} failed: ${problem.message}`);
}

function treeIn(key: string, { problem, body, endpoint }: V2Answer) {
  if (problem) return undefined;
  const tree = answeredTree(body);
  if (tree) return tree;
  throw new EtcdError('failed', `etcd ${endpoint}: read of ${key} failed: the answer has no node`);
}
