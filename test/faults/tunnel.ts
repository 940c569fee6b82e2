import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { UpstreamAccess } from './forward.ts';

/**
 * Passes a request that asks for another protocol (a WebSocket, as exec and attach do) to the upstream over a connection of its
 * own, and from then on all bytes, in both directions.
 */
export function tunnel(access: UpstreamAccess, req: IncomingMessage, client: Duplex, head: Buffer): void {
  const upstream = openSocket(access);
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const side of [client, upstream]) side.on('error', end).once('close', end);
  upstream.write(`${requestHead(req)}\r\n\r\n`);
  upstream.write(head);
  client.pipe(upstream).pipe(client);
}

function openSocket({ url, isTls, tls }: UpstreamAccess): Socket {
  const { hostname: host, port } = new URL(url);
  return isTls ? connectTls({ host, port: Number(port), ...tls }) : connect(Number(port), host);
}

function requestHead({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  return lines.join('\r\n');
}
