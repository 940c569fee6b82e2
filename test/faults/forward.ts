import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** The server behind the proxy; `ca`, `key` and `cert` are paths of PEM files. */
export interface ProxyUpstream {
  readonly url: string;
  readonly ca?: string;
  /** Who the upstream sees: needed where clients do not send a token, since TLS ends at the proxy. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}

/** The same, with the files read. */
export interface UpstreamAccess {
  readonly url: string;
  readonly isTls: boolean;
  readonly tls: { readonly ca?: Buffer; readonly key?: Buffer; readonly cert?: Buffer };
}

export interface Forwarder {
  /** Sends the client's request on; resolves with the answer's headers, its body still to be read. */
  forward(req: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

/** About one connection, not about the request: each side of the proxy has its own. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** Reads what a connection to the upstream takes. */
export async function accessTo({ url, ca, certificate }: ProxyUpstream): Promise<UpstreamAccess> {
  const tls = {
    ...(ca ? { ca: await readFile(ca) } : {}),
    ...(certificate ? { key: await readFile(certificate.key), cert: await readFile(certificate.cert) } : {}),
  };
  return { url, isTls: url.startsWith('https:'), tls };
}

/** Opens connections of the proxy's own to the upstream. */
export function openForwarder({ url, isTls, tls }: UpstreamAccess): Forwarder {
  const agent = isTls ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  const forward: Forwarder['forward'] = async (req, body, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = (isTls ? tlsRequest : request)(new URL(req.url ?? '/', url), {
      method: req.method,
      headers: headersOf(req),
      agent,
      signal,
    });
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end(body);
    return promise;
  };
  return { forward, close: () => agent.destroy() };
}

function headersOf(req: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined && name !== 'host' && !isHopByHop(name)) headers[name] = value;
  }
  // The body's framing is the client's: without a length it is sent in chunks.
  if (req.headers['transfer-encoding']) headers['transfer-encoding'] = 'chunked';
  return headers;
}

const isHopByHop = (name: string): boolean => HOP_BY_HOP.has(name.toLowerCase());

/** Passes the upstream's answer to the client as it arrives, so that watches work. */
export async function relay(reply: IncomingMessage, res: ServerResponse): Promise<void> {
  relayHead(reply, res);
  await pipeline(reply, res);
}

/** As `relay`, but only for `ms`: then the answer ends in good order, after `last`. So a server ends a watch. */
export async function relayFor(
  reply: IncomingMessage,
  res: ServerResponse,
  { ms, last = '' }: { readonly ms: number; readonly last?: string },
): Promise<void> {
  relayHead(reply, res);
  const timer = setTimeout(() => {
    reply.unpipe(res).on('error', () => undefined);
    res.end(last);
    reply.destroy();
  }, ms);
  reply.once('end', () => clearTimeout(timer));
  res.once('close', () => {
    clearTimeout(timer);
    reply.destroy();
  });
  reply.pipe(res);
}

function relayHead(reply: IncomingMessage, res: ServerResponse): void {
  const headers: string[] = [];
  for (let index = 0; index < reply.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = reply.rawHeaders.slice(index, index + 2);
    if (!isHopByHop(name)) headers.push(name, value);
  }
  res.writeHead(reply.statusCode ?? 502, reply.statusMessage, headers).flushHeaders();
}
