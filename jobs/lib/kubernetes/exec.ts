import { Writable } from 'node:stream';
import { Exec } from '@kubernetes/client-node';
import type { KubeClient } from './client.ts';
import { ApiError } from './errors.ts';
import { isRecord } from './object.ts';
import { withTimeout } from './timeout.ts';

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The status of a request that has become a WebSocket. */
const SWITCHING_PROTOCOLS = 101;

/** What a program in a container wrote, and how it ended. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined where it could not be started: `message` says why. */
  readonly exitCode: number | undefined;
  readonly message: string;
}

/**
 * Runs a program in a container, as `kubectl exec` does, without input. Throws ApiError where no answer comes in time, or the API
 * server does not let us; whatever the program does is a result.
 */
export async function execInPod(
  client: KubeClient,
  target: ExecTarget,
  command: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ExecResult> {
  const stdout = collector();
  const stderr = collector();
  try {
    const status = await withTimeout(timeoutMs, signal, both =>
      statusOf(client, target, command, stdout.stream, stderr.stream, both),
    );
    client.onRequest?.('GET', SWITCHING_PROTOCOLS);
    return { stdout: stdout.text(), stderr: stderr.text(), ...resultOf(status) };
  } catch (error) {
    signal.throwIfAborted();
    const failure = execError(target, error);
    client.onRequest?.('GET', failure.status);
    throw failure;
  }
}

function collector(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** The status with which the server ends the stream. */
async function statusOf(
  client: KubeClient,
  { namespace, pod, container }: ExecTarget,
  command: readonly string[],
  stdout: Writable,
  stderr: Writable,
  signal: AbortSignal,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const cut = (): void => reject(new Error('the connection ended before the program did'));
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const exec = new Exec(client.config);
  const opening = exec.exec(namespace, pod, container, [...command], stdout, stderr, null, false, resolve);
  try {
    // The connection may open after the time is over.
    opening.then(socket => {
      socket.onclose = cut;
      if (signal.aborted) socket.terminate();
    }, reject);
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    opening.then(
      socket => socket.terminate(),
      () => undefined,
    );
  }
}

function resultOf(status: unknown): Pick<ExecResult, 'exitCode' | 'message'> {
  if (!isRecord(status)) return { exitCode: undefined, message: 'no status came' };
  const message = typeof status.message === 'string' ? status.message : '';
  if (status.status === 'Success') return { exitCode: 0, message };
  const details =
    isRecord(status.details) && Array.isArray(status.details.causes) ? status.details.causes : [];
  const cause = details.filter(isRecord).find(({ reason }) => reason === 'ExitCode');
  const exitCode = cause ? Number(cause.message) : Number.NaN;
  return { exitCode: Number.isInteger(exitCode) ? exitCode : undefined, message };
}

/** The library's errors are events with a message, which has the HTTP status where one came. */
function execError({ namespace, pod, container }: ExecTarget, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const text = isRecord(error) || error instanceof Error ? String(error.message) : String(error);
  const status = /Unexpected server response: (\d+)/.exec(text)?.[1];
  return new ApiError({
    status: Number(status ?? 0),
    reason: '',
    request: `exec in ${namespace}/${pod}, container ${container}`,
    message: text,
    cause: error,
  });
}
