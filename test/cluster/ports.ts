import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const given = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A TCP port of the loopback address that nobody listens on. Taken from below the range of outgoing connections
 * (32768 and up on Linux): one of those could take the port before the server that it is meant for.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(20_000, 32_768);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('No free TCP port found between 20000 and 32767 on 127.0.0.1.');
}
