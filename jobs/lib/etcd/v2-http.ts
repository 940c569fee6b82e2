import { StringDecoder } from 'node:string_decoder';
import { Pool } from 'undici';
import { EtcdError, etcdError } from './errors.ts';
import { checkedEndpoints, checkedUser, type EtcdOptions, loadTls } from './options.ts';
import { eitherSignal, rounds } from './rounds.ts';
import { problemOf, V2_CODES, type V2Problem } from './v2-answer.ts';

const CONNECTIONS = 8;
/** A peer that vanished without a word is noticed some 10 s after this. */
const KEEPALIVE_MS = 10_000;

export interface V2Request {
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly query?: Readonly<Record<string, string>> & { readonly wait?: string };
  /** The value to write. */
  readonly value?: string;
  /** An answer with more bytes is dropped, and is `too large`. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** `index` is the index of the store (X-Etcd-Index) when the answer was made. */
export interface V2Answer {
  readonly endpoint: string;
  readonly index: number;
  readonly bytes: number;
  readonly body?: unknown;
  readonly problem?: V2Problem;
}

/** An answer that goes on: the body of a watch. */
export interface V2Stream {
  readonly endpoint: string;
  readonly index: number;
  readonly body: AsyncIterable<Buffer>;
  close(): void;
}

/** Sends requests to one member at a time, to the next after a failure that is the endpoint's. */
export interface V2Http extends Disposable {
  /** One request at the endpoint in turn, with no second try. */
  once(what: string, request: V2Request): Promise<V2Answer | 'too large'>;
  /** Runs attempts, each with `once` or `open`, as long as failures may pass. */
  retried<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Begins a request whose answer goes on until it is closed; the signal ends it at any time. */
  open(what: string, request: V2Request): Promise<V2Stream | V2Answer>;
}

/** Checks the options; the first request connects. */
export function openV2Http(options: EtcdOptions): V2Http {
  const endpoints = checkedEndpoints(options.endpoints);
  const authorization = authorizationOf(options);
  const pools = new Map<string, Pool>();
  const connect = connectOptions(options, endpoints);
  let current = 0;

  const poolOf = (endpoint: string): Pool => {
    const known = pools.get(endpoint);
    if (known) return known;
    const { requestTimeoutMs: ms } = options;
    const pool = new Pool(endpoint, {
      connections: CONNECTIONS,
      connect: { ...connect, timeout: ms },
      headersTimeout: ms,
      bodyTimeout: ms,
    });
    pools.set(endpoint, pool);
    return pool;
  };

  const send = async <T>(what: string, request: V2Request, use: (sent: Sent) => Promise<T>): Promise<T> => {
    const turn = current;
    const endpoint = endpoints[turn % endpoints.length] ?? '';
    const signal = eitherSignal(options.signal, request.signal);
    signal?.throwIfAborted();
    try {
      const response = await poolOf(endpoint).request({
        ...dispatchOf(request, authorization),
        signal: signal ?? null,
      });
      return await use({ endpoint, what, response });
    } catch (error) {
      signal?.throwIfAborted();
      // Of several requests that fail at once, one moves on.
      if (turn === current) current += 1;
      throw etcdError(endpoint, what, error);
    }
  };

  return {
    once: (what, request) => send(what, request, sent => readAnswer(sent, request.mostBytes)),
    open: (what, request) =>
      send(what, request, async sent => {
        const { response, endpoint } = sent;
        if (response.statusCode !== 200) return mustFit(await readAnswer(sent, undefined));
        // Whoever reads it is told; nobody else needs to be.
        response.body.on('error', () => undefined);
        return { endpoint, index: indexOf(sent), body: response.body, close: () => response.body.destroy() };
      }),
    retried: (attempt, signal) =>
      rounds(options, endpoints.length, eitherSignal(options.signal, signal), attempt),
    [Symbol.dispose]() {
      for (const pool of pools.values()) void pool.destroy();
      pools.clear();
    },
  };
}

interface Sent {
  readonly endpoint: string;
  readonly what: string;
  readonly response: Awaited<ReturnType<Pool['request']>>;
}

async function readAnswer(sent: Sent, mostBytes = Number.POSITIVE_INFINITY): Promise<V2Answer | 'too large'> {
  const { endpoint, response } = sent;
  const decoder = new StringDecoder('utf8');
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body) {
    text += decoder.write(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the body, and with it the connection that the rest would come through.
    if (bytes > mostBytes) return 'too large';
  }
  const body = parsed(text + decoder.end());
  if (response.statusCode < 300) {
    if (body === undefined) throw notV2(sent, 'an answer that is not JSON');
    return { endpoint, index: indexOf(sent), bytes, body };
  }
  const problem = problemOf(body);
  if (!problem) throw notV2(sent, `HTTP status ${response.statusCode}`);
  const refusal = refusalOf(sent, problem);
  if (refusal) throw refusal;
  return { endpoint, index: indexOf(sent), bytes, problem };
}

/** The answer to a request without a limit. */
export function mustFit<T>(answer: T | 'too large'): T {
  if (answer === 'too large') throw new RangeError('etcd: a limit that was not given was exceeded');
  return answer;
}

function refusalOf({ endpoint, what }: Sent, { code, message }: V2Problem): EtcdError | undefined {
  if (code === V2_CODES.raft || code === V2_CODES.leaderElection) {
    const check = 'check that a majority of the etcd members is up';
    return new EtcdError('busy', `etcd ${endpoint}: ${what} failed: ${message} (${check})`);
  }
  if (code === V2_CODES.unauthorized) {
    const check = 'check user and password, and that a role of the user allows this';
    return new EtcdError('denied', `etcd ${endpoint}: ${what} failed: ${message} (${check})`);
  }
  return undefined;
}

/** Something else than the v2 API answered. */
function notV2({ endpoint, what, response }: Sent, found: string): EtcdError {
  const { statusCode } = response;
  const begin = `etcd ${endpoint}: ${what} failed: ${found}`;
  if (statusCode === 404) {
    return new EtcdError('failed', `${begin} (no v2 API here: etcd 3.4 serves it with --enable-v2)`);
  }
  if (statusCode === 401 || statusCode === 403) {
    return new EtcdError('denied', `${begin} (check user and password)`);
  }
  if (statusCode === 400) return new EtcdError('tls', `${begin} (the endpoint may speak TLS: try https://)`);
  if (statusCode >= 500) return new EtcdError('busy', `${begin} (check that etcd is healthy)`);
  return new EtcdError('failed', `${begin} (is this the client address of an etcd?)`);
}

function indexOf({ endpoint, what, response }: Sent): number {
  const index = Number(response.headers['x-etcd-index']);
  if (Number.isSafeInteger(index)) return index;
  throw new EtcdError('failed', `etcd ${endpoint}: ${what} failed: no X-Etcd-Index (is this an etcd?)`);
}

function dispatchOf(
  { method = 'GET', key, query = {}, value }: V2Request,
  authorization: string | undefined,
) {
  const search = new URLSearchParams(query).toString();
  const path = key.split('/').map(encodeURIComponent).join('/');
  const form = value === undefined ? undefined : new URLSearchParams({ value }).toString();
  return {
    method,
    path: `/v2/keys${path}${search && `?${search}`}`,
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined ? {} : { body: form }),
    // A watch is silent for as long as nothing changes.
    ...(query.wait ? { bodyTimeout: 0 } : {}),
  };
}

function authorizationOf(options: EtcdOptions): string | undefined {
  const user = checkedUser(options);
  return user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
}

function connectOptions(options: EtcdOptions, endpoints: readonly string[]) {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS };
  if (!endpoints.some(endpoint => endpoint.startsWith('https:'))) return keepAlive;
  const { rootCertificate: ca, privateKey: key, certChain: cert } = loadTls(options);
  return { ...keepAlive, ca, ...(key && cert ? { key, cert } : {}) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
