import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveExchange } from './exchange.ts';
import { type Fault, type FaultAction, faultPicker, type RecordedRequest } from './fault.ts';
import { accessTo, openForwarder, type ProxyUpstream } from './forward.ts';
import { type Listener, listen } from './listener.ts';
import { tunnel } from './tunnel.ts';

export interface FaultProxyOptions {
  readonly upstream: ProxyUpstream;
  /** Paths of PEM files: what the proxy shows its clients, for 127.0.0.1. Without it, it speaks plain HTTP. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  readonly faults?: readonly Fault[];
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** Every request since the start or the last reset, in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Replaces the faults; their counts begin anew. */
  setFaults(faults: readonly Fault[]): void;
  /** Forgets faults and requests; who is away comes back. */
  reset(): void;
  /** Resets all connections and refuses new ones for `ms`; resolves when the proxy listens again. */
  away(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Stands between a client and an HTTPS or HTTP server, records the requests, and spoils those that the faults name. Tokens
 * pass through; client certificates end here (see `upstream.certificate`). HTTP/1.1 only. What asks for another protocol (exec, attach) is
 * recorded and passed on; the only fault that it meets is that the server goes away.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { upstream, certificate, faults = [] } = options;
  const access = await accessTo(upstream);
  const forwarder = openForwarder(access);
  const requests: RecordedRequest[] = [];
  let pick = faultPicker(faults);
  const stopping = new AbortController();
  const server = await serverFor(certificate);
  const listener = await listen(server);
  let present = new AbortController();
  const away = (ms: number) =>
    goAway(listener, ms, stopping.signal, AbortSignal.any([stopping.signal, present.signal]));
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const socket = socketOf(listener, req);
    const body = await buffer(req);
    const seen = { method: req.method ?? '', path: req.url ?? '', body: body.toString() };
    const action = pick(seen);
    const entry = recordOf(seen, requests.length + 1, action);
    requests.push(entry);
    await serveExchange({ req, res, body, entry, action, socket, forwarder, away });
  };
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    // The client learns of a failure as it would without a proxy: by its connection.
    serve(req, res).catch(() => req.socket.destroy());
  });
  server.on('upgrade', (req: IncomingMessage, client: Duplex, head: Buffer) => {
    const seen = { method: req.method ?? '', path: req.url ?? '', body: '' };
    requests.push({ ...recordOf(seen, requests.length + 1, undefined), forwarded: true });
    tunnel(access, req, client, head);
  });
  const setFaults = (next: readonly Fault[]) => {
    pick = faultPicker(next);
  };
  const reset = () => {
    setFaults([]);
    requests.length = 0;
    present.abort();
    present = new AbortController();
  };
  const stop = async () => {
    stopping.abort();
    listener.close();
    listener.resetAll();
    forwarder.close();
  };
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${listener.port}`;
  return { url, requests, setFaults, reset, away, stop, [Symbol.asyncDispose]: stop };
}

async function serverFor(certificate: FaultProxyOptions['certificate']) {
  // Timeouts of the server would be faults that nobody asked for.
  const patient = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
  if (!certificate) return createServer(patient);
  const [key, cert] = await Promise.all([readFile(certificate.key), readFile(certificate.cert)]);
  return createTlsServer({ key, cert, ...patient });
}

function recordOf(
  seen: Pick<RecordedRequest, 'method' | 'path' | 'body'>,
  n: number,
  action: FaultAction | undefined,
): RecordedRequest {
  const fault = action ? { fault: action.do } : {};
  return { n, ...seen, startedAt: new Date(), forwarded: false, ...fault };
}

/** The TCP connection below a request's TLS: only that one can be reset. */
function socketOf(listener: Listener, req: IncomingMessage) {
  const { remotePort } = req.socket;
  for (const socket of listener.connections) if (socket.remotePort === remotePort) return socket;
  return req.socket;
}

async function goAway(
  listener: Listener,
  ms: number,
  stopping: AbortSignal,
  ended: AbortSignal,
): Promise<void> {
  listener.close();
  listener.resetAll();
  await sleep(ms, undefined, { signal: ended }).catch(() => undefined);
  if (!stopping.aborted) await listener.open();
}
