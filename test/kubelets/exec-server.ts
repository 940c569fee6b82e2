import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KeyPair } from '../cluster/certs.ts';
import type { ExecOutcome } from './behaviour.ts';

/** A command that somebody runs in a container, `kubectl exec` or a program. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The words of the command, with blanks between. */
  readonly command: string;
}

/** What comes of it; undefined where no such container runs. */
export interface ExecResult {
  readonly outcome: ExecOutcome;
  readonly stdout: string;
}

export interface ExecServer {
  readonly port: number;
  close(): void;
}

const PROTOCOL = 'v4.channel.k8s.io';
const CHANNELS = { stdout: 1, stderr: 2, status: 3 } as const;

/** Serves the exec endpoint of all kubelets at one port of the loopback address, for WebSockets only. */
export async function startExecServer(
  certificate: KeyPair,
  answer: (request: ExecRequest) => ExecResult | undefined,
): Promise<ExecServer> {
  const [key, cert] = await Promise.all([readFile(certificate.key), readFile(certificate.cert)]);
  const server = createServer({ key, cert }, (_, response) => {
    response.writeHead(404).end('only exec over WebSockets is served\n');
  });
  const handleProtocols = (offered: Set<string>) => offered.has(PROTOCOL) && PROTOCOL;
  const sockets = new WebSocketServer({ noServer: true, handleProtocols });
  server.on('upgrade', (request, socket, head) => {
    const asked = parseExec(request.url ?? '');
    const result = asked && answer(asked);
    if (!asked || !result) {
      refuse(socket, '404 Not Found', `container not found ("${asked?.container ?? request.url}")`);
    } else if (result.outcome === 'refused') {
      refuse(socket, '500 Internal Server Error', 'error dialing backend: connection refused');
    } else {
      sockets.handleUpgrade(request, socket, head, opened => run(opened, asked, result));
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const close = (): void => {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  };
  return { port: address.port, close };
}

/** `/exec/<namespace>/<pod>/<container>?command=…&command=…` */
function parseExec(url: string): ExecRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'https://kubelet');
  const [, verb, namespace, pod, container] = pathname.split('/').map(decodeURIComponent);
  if (verb !== 'exec' || !namespace || !pod || !container) return undefined;
  return { namespace, pod, container, command: searchParams.getAll('command').join(' ') };
}

function refuse(socket: Duplex, status: string, text: string): void {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close`;
  socket.end(`${head}\r\n\r\n${text}`);
}

function run(opened: WebSocket, { command }: ExecRequest, { outcome, stdout }: ExecResult): void {
  if (outcome === 'hangs') return;
  const exitCode = typeof outcome === 'number' ? outcome : 0;
  if (exitCode === 0) send(opened, CHANNELS.stdout, stdout);
  else send(opened, CHANNELS.stderr, `sh: ${command.split(' ')[0]}: not found\n`);
  send(opened, CHANNELS.status, JSON.stringify(statusOf(exitCode)));
  opened.close(1000);
}

function send(opened: WebSocket, channel: number, text: string): void {
  opened.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
}

function statusOf(exitCode: number) {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: Error executing in Docker Container: ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}
