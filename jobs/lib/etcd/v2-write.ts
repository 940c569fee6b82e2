import { EtcdError, mayPass } from './errors.ts';
import { answeredTree, V2_CODES } from './v2-answer.ts';
import { mustFit, type V2Answer, type V2Http, type V2Request } from './v2-http.ts';
import type { V2Reader } from './v2-read.ts';

/** The index of the write, or the value that was found instead of the expected one (undefined: none). */
export type Swapped = { readonly index: number } | { readonly found: string | undefined };

export interface V2Writer {
  /**
   * Replaces a value, if it is still `from`. With `to` equal to `from` it writes a mark: nothing changes, but
   * every watch of the key shows an event with the index. Throws for a directory.
   */
  compareAndSwap(key: string, from: string, to: string, signal?: AbortSignal): Promise<Swapped>;
  /** Writes a key that must not exist yet. A lost answer counts as `created` when the value is found. */
  create(
    key: string,
    value: string,
    signal?: AbortSignal,
  ): Promise<{ readonly index: number } | { readonly found: string }>;
  /** Deletes a key that was last changed at this index; `changed` if it was changed since, or is a directory now. */
  deleteIfUnchanged(
    key: string,
    modifiedIndex: number,
    signal?: AbortSignal,
  ): Promise<'deleted' | 'gone' | 'changed'>;
  /**
   * Makes an empty directory where nothing is. `there` also where it has children, or a value stands in its place.
   */
  makeDirectory(key: string, signal?: AbortSignal): Promise<'made' | 'there'>;
  /** Deletes a directory without children. Throws for a key with a value. */
  deleteEmptyDirectory(key: string, signal?: AbortSignal): Promise<'deleted' | 'gone' | 'not empty'>;
}

/**
 * Writes that name what they replace, so that one whose answer was lost can be repeated and cannot take effect late
 * (field-lessons F6).
 */
export function v2Writer(http: V2Http, reader: V2Reader): V2Writer {
  return {
    compareAndSwap: (key, from, to, signal) => compareAndSwap(http, reader, { key, from, to, signal }),
    create: (key, value, signal) => create(http, reader, key, value, signal),
    makeDirectory: (key, signal) => makeDirectory(http, key, signal),
    deleteIfUnchanged: (key, index, signal) => deleteIfUnchanged(http, key, index, signal),
    deleteEmptyDirectory: (key, signal) => deleteEmptyDirectory(http, reader, key, signal),
  };
}

/** Sends a write as often as its endpoints need it; `lost` tells that an earlier try may have taken effect. */
function write(http: V2Http, request: V2Request): Promise<{ answer: V2Answer; lost: boolean }> {
  let lost = false;
  return http.retried(async () => {
    try {
      const answer = mustFit(await http.once(`write of ${request.key}`, request));
      return { answer, lost };
    } catch (error) {
      lost ||= error instanceof EtcdError && mayPass(error);
      throw error;
    }
  }, request.signal);
}

interface Swap {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly signal: AbortSignal | undefined;
}

async function compareAndSwap(http: V2Http, reader: V2Reader, swap: Swap): Promise<Swapped> {
  const { key, from, to, signal } = swap;
  const before = await reader.get(key, signal);
  if (before?.value !== from) return { found: before?.value };
  const query = { prevIndex: String(before.modifiedIndex) };
  const { answer, lost } = await write(http, { method: 'PUT', key, value: to, query, signal });
  if (!answer.problem) return { index: writtenIndex(key, answer) };
  const now = lost ? await reader.get(key, signal) : undefined;
  // Our own write, or another one of the same value: it makes no difference.
  if (now?.value === to) return { index: now.modifiedIndex };
  if (!isOneOf(answer, V2_CODES.compareFailed, V2_CODES.keyNotFound)) throw unexpected(key, answer);
  return compareAndSwap(http, reader, swap);
}

async function create(
  http: V2Http,
  reader: V2Reader,
  key: string,
  value: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly index: number } | { readonly found: string }> {
  const request: V2Request = { method: 'PUT', key, value, query: { prevExist: 'false' }, signal };
  const { answer, lost } = await write(http, request);
  if (!answer.problem) return { index: writtenIndex(key, answer) };
  if (!isOneOf(answer, V2_CODES.exists)) throw unexpected(key, answer);
  const now = await reader.get(key, signal);
  if (!now) return create(http, reader, key, value, signal);
  return lost && now.value === value ? { index: now.modifiedIndex } : { found: now.value };
}

async function makeDirectory(
  http: V2Http,
  key: string,
  signal: AbortSignal | undefined,
): Promise<'made' | 'there'> {
  const query = { dir: 'true', prevExist: 'false' };
  const { answer, lost } = await write(http, { method: 'PUT', key, query, signal });
  if (!answer.problem) return 'made';
  if (isOneOf(answer, V2_CODES.exists)) return lost ? 'made' : 'there';
  throw unexpected(key, answer);
}

async function deleteIfUnchanged(
  http: V2Http,
  key: string,
  modifiedIndex: number,
  signal: AbortSignal | undefined,
): Promise<'deleted' | 'gone' | 'changed'> {
  const query = { prevIndex: String(modifiedIndex) };
  const { answer, lost } = await write(http, { method: 'DELETE', key, query, signal });
  if (!answer.problem) return 'deleted';
  if (isOneOf(answer, V2_CODES.keyNotFound)) return lost ? 'deleted' : 'gone';
  if (isOneOf(answer, V2_CODES.compareFailed, V2_CODES.notAFile)) return 'changed';
  throw unexpected(key, answer);
}

async function deleteEmptyDirectory(
  http: V2Http,
  reader: V2Reader,
  key: string,
  signal: AbortSignal | undefined,
): Promise<'deleted' | 'gone' | 'not empty'> {
  // etcd deletes a key with a value, too, when asked to delete it as a directory.
  const found = await reader.directory(key, signal);
  if (found === 'no directory')
    throw new EtcdError('failed', `etcd: ${key} has a value, expected a directory`);
  if (found !== 'empty') return found;
  const { answer, lost } = await write(http, { method: 'DELETE', key, query: { dir: 'true' }, signal });
  if (!answer.problem) return 'deleted';
  if (isOneOf(answer, V2_CODES.keyNotFound)) return lost ? 'deleted' : 'gone';
  if (isOneOf(answer, V2_CODES.directoryNotEmpty)) return 'not empty';
  throw unexpected(key, answer);
}

const isOneOf = ({ problem }: V2Answer, ...codes: readonly number[]): boolean =>
  problem !== undefined && codes.includes(problem.code);

function writtenIndex(key: string, answer: V2Answer): number {
  const tree = answeredTree(answer.body);
  if (tree) return tree.modifiedIndex;
  throw new EtcdError('failed', `etcd ${answer.endpoint}: write of ${key}: the answer has no node`);
}

function unexpected(key: string, { endpoint, problem }: V2Answer): EtcdError {
  return new EtcdError(
    'failed',
    `etcd ${endpoint}: write of ${key} failed: ${problem?.message ?? 'no reason'}`,
  );
}
