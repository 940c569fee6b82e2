import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const given = new Set<string>();

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A TCP port of an address of this machine that nobody listens on: the usual one where it is free. Others are taken from
 * below the range of outgoing connections (32768 and up on Linux): one of those could take the port before the server
 * that it is meant for.
 */
export async function freePort(host = '127.0.0.1', usual?: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = attempt === 0 && usual ? usual : randomInt(20_000, 32_768);
    if (given.has(`${host}:${port}`)) continue;
    given.add(`${host}:${port}`);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`No free TCP port found between 20000 and 32767 on ${host}.`);
}
