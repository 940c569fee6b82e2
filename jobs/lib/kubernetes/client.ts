import { setMaxListeners } from 'node:events';
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, request as send } from 'undici';
import { messageOf, wrongUsage } from '../run/failure.ts';
import { type CredentialSource, credentialSource } from './credentials.ts';
import { ApiError, errorFromAnswer, passingUnauthorized } from './errors.ts';
import { type RetryPolicy, withRetry } from './retry.ts';
import { withTimeout } from './timeout.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface KubeRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** A connection to one API server. Answers are the parsed JSON, untouched. */
export interface KubeClient {
  readonly server: string;
  /**
   * Sends a request, again where the error may pass by itself. A write that is sent again can meet its own first
   * effect: it then fails with a conflict (409), and the caller reads the object to know. Throws ApiError.
   */
  request(request: KubeRequest): Promise<unknown>;
  /**
   * Sends a request once and gives its answer line by line, while it comes: a watch. Throws ApiError, also where nothing
   * came for `idleMs`: a connection that is cut without a word never ends by itself.
   */
  lines(request: KubeRequest, idleMs: number, signal: AbortSignal): AsyncIterable<string>;
  /** What it was configured with, for what needs a connection of its own, and who is to be told of its requests. */
  readonly config: KubeConfig;
  readonly onRequest: ConnectOptions['onRequest'];
  /** Ends also what is still under way or waits to be tried again. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Path of a kubeconfig to use instead of what the environment says. */
  readonly kubeconfig?: string;
  readonly signal?: AbortSignal | undefined;
  /** How long one request may take before it counts as failed, in milliseconds. */
  readonly requestTimeoutMs?: number;
  /** How long a request is tried in all, in milliseconds. */
  readonly retryTotalMs?: number;
  readonly onRetry?: RetryPolicy['onRetry'];
  /** Told of every answer, and of status 0 where none came. */
  readonly onRequest?: ((method: Method, status: number) => void) | undefined;
}

/**
 * Connects with KUBECONFIG, the default kubeconfig, or the service account of the pod, in this order.
 * Nothing is sent before the first request. Throws a usage Failure where no configuration can be read.
 */
export function connect(options: ConnectOptions = {}): KubeClient {
  const config = loadConfig(options.kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw wrongUsage(
      'no cluster in the kubeconfig: it has no current-context, or that context names no cluster. Set KUBECONFIG to a file that kubectl works with',
    );
  }
  refuseUnusable(cluster, options.kubeconfig ?? process.env.KUBECONFIG);
  const credentials = credentialSource(config, cluster.server);
  const upstream: Upstream = { server: cluster.server, credentials, onRequest: options.onRequest };
  const closing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
  setMaxListeners(0, signal);
  const policy: RetryPolicy = {
    totalMs: options.retryTotalMs ?? 6 * 60_000,
    firstPauseMs: 200,
    longestPauseMs: 10_000,
    signal,
    onRetry: options.onRetry,
  };
  const timeoutMs = options.requestTimeoutMs ?? 30_000;
  let accepted = false;
  return {
    server: cluster.server,
    config,
    onRequest: options.onRequest,
    lines: (request, idleMs, stop) => linesOf(upstream, request, idleMs, AbortSignal.any([signal, stop])),
    request: request =>
      withRetry(policy, async () => {
        try {
          const answer = await withTimeout(timeoutMs, signal, both => sendOnce(upstream, request, both));
          accepted = true;
          return answer;
        } catch (error) {
          throw (accepted && passingUnauthorized(error)) || error;
        }
      }),
    close: async () => {
      closing.abort(new Error('the connection was closed'));
      await credentials.close();
    },
  };
}

/** client-node falls back to http://localhost:8080 where it finds no configuration; that is nobody's API server. */
function refuseUnusable({ server, skipTLSVerify }: Cluster, kubeconfig: string | undefined): void {
  if (server === 'http://localhost:8080' && !kubeconfig) {
    throw wrongUsage(
      'no kubeconfig and no service account found: set KUBECONFIG to a file that kubectl works with, or run in a pod',
    );
  }
  if (server.startsWith('http:') && !skipTLSVerify) {
    throw wrongUsage(
      `${server} is not encrypted: use the https address of the API server, or set insecure-skip-tls-verify: true for this cluster in the kubeconfig`,
    );
  }
}

function loadConfig(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (path) config.loadFromFile(path);
    else config.loadFromDefault();
  } catch (error) {
    const file = path ?? process.env.KUBECONFIG ?? '~/.kube/config';
    // Further lines of a YAML error show the text around the mistake, which may be a token or a key.
    const [reason] = messageOf(error).split('\n');
    throw wrongUsage(`cannot read the kubeconfig ${file}: ${reason}`);
  }
  return config;
}

interface Upstream extends Pick<ConnectOptions, 'onRequest'> {
  readonly server: string;
  readonly credentials: CredentialSource;
}

async function sendOnce(upstream: Upstream, request: KubeRequest, signal: AbortSignal): Promise<unknown> {
  try {
    const answer = await open(upstream, request, { signal });
    return parseAnswer(labelOf(request), await answer.body.text());
  } catch (error) {
    throw error instanceof ApiError ? error : networkError(labelOf(request), upstream.server, error, signal);
  }
}

const labelOf = ({ method, path }: KubeRequest): string => `${method} ${path}`;

/** The answer to a request, its body not yet read. Throws ApiError for a status of 400 or more. */
async function open(
  { server, credentials, onRequest }: Upstream,
  request: KubeRequest,
  options: { readonly signal: AbortSignal; readonly bodyTimeout?: number },
): Promise<Dispatcher.ResponseData> {
  const { headers, dispatcher } = await credentials.get();
  let status = 0;
  const query = request.query ? `?${new URLSearchParams(request.query)}` : '';
  try {
    const answer = await send(`${server.replace(/\/$/, '')}${request.path}${query}`, {
      method: request.method,
      headers: {
        ...headers,
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      ...options,
      ...(dispatcher ? { dispatcher } : {}),
    });
    status = answer.statusCode;
    if (status < 400) return answer;
    const retryAfter = answer.headers['retry-after'];
    const seconds = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
    throw errorFromAnswer(labelOf(request), status, await answer.body.text(), seconds);
  } finally {
    onRequest?.(request.method, status);
  }
}

/** The chunks of a body; its connection is closed when the reader goes away, or the signal is aborted. */
async function* withAbort(
  body: Dispatcher.ResponseData['body'],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const onAbort = (): void => {
    body.destroy(new Error('stopped'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    signal.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

async function* linesOf(
  upstream: Upstream,
  request: KubeRequest,
  idleMs: number,
  signal: AbortSignal,
): AsyncIterable<string> {
  try {
    const answer = await withTimeout(idleMs, signal, both =>
      open(upstream, request, { signal: both, bodyTimeout: idleMs }),
    );
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of withAbort(answer.body, signal)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw error instanceof ApiError ? error : networkError(labelOf(request), upstream.server, error, signal);
  }
}

function parseAnswer(label: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // A cut or foreign answer (a proxy's page): trying again can succeed.
    throw new ApiError({ status: 0, reason: '', request: label, message: 'the answer is not JSON', cause });
  }
}

function networkError(label: string, server: string, error: unknown, signal: AbortSignal): ApiError {
  const timedOut = signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  const text = timedOut ? 'no answer in time' : messageOf(error) || String(error);
  return new ApiError({
    status: 0,
    reason: '',
    request: label,
    message: `${text} (API server ${server})`,
    cause: error,
  });
}
