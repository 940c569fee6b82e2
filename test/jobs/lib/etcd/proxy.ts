import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay to an endpoint that a test can make misbehave. */
export interface Proxy extends AsyncDisposable {
  readonly endpoint: string;
  /** Connections that were made to it. */
  readonly connections: number;
  /** From now on nothing is passed on, but connections stay open. */
  freeze(): void;
  /** Breaks the open connections; new ones work. */
  cut(): void;
}

/** Starts a relay to an endpoint such as `http://127.0.0.1:2379`. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port, protocol } = new URL(target);
  const sockets = new Set<Socket>();
  let frozen = false;
  let connections = 0;
  const server = createServer(near => {
    connections += 1;
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', data => frozen || to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
    sockets.clear();
  };
  return {
    endpoint: `${protocol}//127.0.0.1:${address.port}`,
    get connections() {
      return connections;
    },
    freeze: () => {
      frozen = true;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
