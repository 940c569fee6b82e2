import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { failedRun, messageOf } from '../../jobs/lib/run/failure.ts';
import type { Metrics } from './metrics.ts';

export interface WebOptions {
  /** 0 takes one that is free. */
  readonly port: number;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Whether it does its work, or waits for its turn to. */
  readonly ready: () => boolean;
  /** Whether it is worth to be left running: the kubelet restarts it otherwise. */
  readonly healthy: () => boolean;
}

export interface Web {
  readonly port: number;
  /** Resolves when it has ended with its signal. */
  readonly closed: Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` until the signal ends. Throws a Failure where the port cannot be had: on the
 * network of the node another program may have it.
 */
export async function serveWeb(options: WebOptions, signal: AbortSignal): Promise<Web> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => send(response, 500, messageOf(error)));
  });
  signal.throwIfAborted();
  const closed = new Promise<void>(resolve => server.once('close', resolve));
  try {
    server.listen(options.port);
    await once(server, 'listening');
  } catch (error) {
    throw failedRun(`cannot serve /healthz and /metrics on port ${options.port}: ${messageOf(error)}`, error);
  }
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return { port: portOf(server), closed };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function answer(
  { metrics, ready, healthy }: WebOptions,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'only GET and HEAD');
  switch (url.split('?')[0]) {
    case '/healthz':
      return healthy()
        ? send(response, 200, 'ok')
        : send(response, 503, 'the main loop makes no turn any more');
    case '/readyz':
      return ready() ? send(response, 200, 'ok') : send(response, 503, 'not ready');
    case '/metrics':
      return send(response, 200, await metrics.text(), metrics.contentType);
    default:
      return send(response, 404, 'there are /healthz, /readyz and /metrics');
  }
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(text.endsWith('\n') ? text : `${text}\n`);
}
