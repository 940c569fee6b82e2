import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../../faults/listener.ts';

/** A write of the v2 API that a proxy sees: the n-th of all, from 1 on. */
export interface SeenWrite {
  readonly n: number;
  readonly method: string;
  readonly key: string;
}

export interface WriteProxy extends AsyncDisposable {
  readonly endpoint: string;
  readonly writes: readonly SeenWrite[];
}

/** What a test does at a write: before it reaches etcd, and when etcd has done it but nobody was told. */
export interface WriteHooks {
  readonly before?: (write: SeenWrite) => unknown;
  readonly after?: (write: SeenWrite) => unknown;
}

/** Stands between a program and the v2 API of an etcd. */
export async function startWriteProxy(target: string, hooks: WriteHooks): Promise<WriteProxy> {
  const writes: SeenWrite[] = [];
  const forward = async (request: IncomingMessage) => {
    const body = await buffer(request);
    const { method = 'GET', url = '/', headers } = request;
    const type = headers['content-type'];
    return await fetch(target + url, {
      method,
      ...(body.length > 0 ? { body } : {}),
      ...(type ? { headers: { 'content-type': type } } : {}),
    });
  };
  const server = createServer((request, response) => {
    const serve = async () => {
      const { method = 'GET', url = '/' } = request;
      const key = decodeURIComponent(new URL(url, target).pathname.replace('/v2/keys', ''));
      const write = method === 'GET' ? undefined : { n: writes.length + 1, method, key };
      if (write) {
        writes.push(write);
        await hooks.before?.(write);
      }
      const answer = await forward(request);
      const text = await answer.text();
      if (write) await hooks.after?.(write);
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        'x-etcd-index': answer.headers.get('x-etcd-index') ?? '',
      });
      response.end(text);
    };
    serve().catch(() => request.socket.destroy());
  });
  const listener = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${listener.port}`,
    writes,
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.resetAll();
    },
  };
}
