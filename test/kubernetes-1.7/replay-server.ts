import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { dump } from 'js-yaml';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { listen } from '../faults/listener.ts';
import { type Exchange, recorded } from './recordings.ts';

/** A request as the replay server got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

export interface Replay extends AsyncDisposable {
  readonly client: KubeClient;
  readonly requests: readonly SeenRequest[];
}

/**
 * Answers with recordings of Kubernetes 1.7.5: each request with the next one for its method and path, and with the last
 * of them from then on. What is not in the script is not served.
 */
export async function startReplay(script: readonly (string | Exchange)[]): Promise<Replay> {
  const left = script.map(entry => (typeof entry === 'string' ? recorded(entry) : entry));
  const requests: SeenRequest[] = [];
  const server = createServer((req, res) => {
    answer(req, res).catch(() => res.destroy());
  });
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const seen = await seenRequest(req);
    requests.push(seen);
    const matching = left.filter(({ request }) => matches(request, seen));
    const [next = recorded('lease api (absent)')] = matching;
    if (matching.length > 1) left.splice(left.indexOf(next), 1);
    const { status, contentType, body } = next.response;
    res.writeHead(status, { 'content-type': contentType });
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const listener = await listen(server);
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-replay-'));
  const client = connect({ kubeconfig: await writeConfig(directory, listener.port), retryTotalMs: 0 });
  const stop = async () => {
    await client.close();
    listener.close();
    listener.resetAll();
    await rm(directory, { recursive: true });
  };
  return { client, requests, [Symbol.asyncDispose]: stop };
}

async function seenRequest(req: IncomingMessage): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost');
  const body = await text(req);
  return {
    method: req.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    accept: req.headers.accept,
    contentType: req.headers['content-type'],
    body: body === '' ? undefined : JSON.parse(body),
  };
}

const matches = (request: Exchange['request'], seen: SeenRequest): boolean =>
  request.method === seen.method && request.path.replace(/\?.*$/, '') === seen.path;

async function writeConfig(directory: string, port: number): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'replay', cluster }],
    contexts: [{ name: 'replay', context: { cluster: 'replay', user: 'replay' } }],
    users: [{ name: 'replay', user: {} }],
    'current-context': 'replay',
  };
  await writeFile(path, dump(config));
  return path;
}
