import type { Server, Socket } from 'node:net';

/** A server's port on 127.0.0.1 that can be closed and opened again, with all connections to it. */
export interface Listener {
  readonly port: number;
  readonly connections: ReadonlySet<Socket>;
  /** Nobody listens any more: new connections are refused. Open connections stay. */
  close(): void;
  /** Listens again, on the same port. */
  open(): Promise<void>;
  /** Resets (RST) every connection. */
  resetAll(): void;
}

/** Makes a server listen on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listener> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    // A reset connection is what these proxies are for.
    socket.on('error', () => undefined);
  });
  await bind(server, 0);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  const { port } = address;
  return {
    port,
    connections,
    close: () => {
      if (server.listening) server.close();
    },
    open: async () => {
      if (!server.listening) await bind(server, port);
    },
    resetAll: () => {
      for (const socket of connections) reset(socket);
    },
  };
}

/**
 * Resets a connection. Not one whose end is under way: Node.js 24 loses the handle of such a socket, and then the process
 * never exits.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}

async function bind(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  server.off('error', reject);
}
