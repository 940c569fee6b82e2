import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../faults/listener.ts';

export interface SlowServer extends AsyncDisposable {
  readonly url: string;
}

/** A server as it is seen over a network: each answer comes `ms` later. TLS passes through. */
export async function startSlowServer(server: string, ms: number): Promise<SlowServer> {
  const { hostname, port } = new URL(server);
  const upstreams = new Set<Socket>();
  const proxy = createServer({ noDelay: true }, client => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    upstreams.add(upstream);
    forward(client, upstream, ms / 2);
    forward(upstream, client, ms / 2);
    upstream.once('close', () => upstreams.delete(upstream));
  });
  const listener = await listen(proxy);
  return {
    url: `https://127.0.0.1:${listener.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.resetAll();
      for (const upstream of upstreams) upstream.destroy();
    },
  };
}

/** Timers of one length fire in the order in which they were set. */
function forward(from: Socket, to: Socket, ms: number): void {
  const later = (action: () => void): void => {
    setTimeout(action, ms);
  };
  from.on('data', data => later(() => to.destroyed || to.write(data)));
  from.once('close', () => later(() => to.destroy()));
  from.on('error', () => undefined);
}
