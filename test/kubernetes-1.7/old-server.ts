import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Agent, request as send } from 'undici';
import type { Cluster } from '../cluster/cluster.ts';
import { accessTo } from '../faults/forward.ts';
import { listen } from '../faults/listener.ts';
import { tunnel } from '../faults/tunnel.ts';
import { oldAnswer } from './old-answer.ts';
import { type OldAction, type OldRequest, oldAction } from './old-request.ts';
import { isWatch, relayWatch } from './old-watch.ts';
import type { Answer } from './recordings.ts';

/** Changes an answer on its way, to give what was recorded in moments that a test cannot wait for. */
export type Meddle = (request: OldRequest, answer: Answer) => Answer;

type Forward = Extract<OldAction, { readonly do: 'forward' }>;

export interface OldServer extends AsyncDisposable {
  readonly url: string;
  /** Every request since the start or the last reset. */
  readonly requests: readonly OldRequest[];
  /** Paths of the requests that asked for another protocol. */
  readonly upgrades: readonly string[];
  reset(meddle?: Meddle): void;
}

/**
 * Kubernetes 1.7.5 for a client: a proxy in front of a later API server that takes away what 1.7.5 did not have, and
 * gives answers as they were recorded. Tokens pass through. What asks for another protocol (exec) is passed on as it is.
 */
export async function startOldServer(cluster: Cluster): Promise<OldServer> {
  const { key, cert } = cluster.localhost;
  const [ca, ...pair] = await Promise.all([readFile(cluster.ca), readFile(key), readFile(cert)]);
  const access = await accessTo({ url: cluster.server, ca: cluster.ca });
  const dispatcher = new Agent({ connect: { ca }, allowH2: false });
  const requests: OldRequest[] = [];
  const upgrades: string[] = [];
  let meddle: Meddle = (_, answer) => answer;
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const request = await readRequest(req);
    requests.push(request);
    const token = req.headers.authorization ?? '';
    const action = oldAction(request);
    if (action.do === 'forward' && isWatch(request))
      return relayWatch(await sent(request, action, token), request.path, res);
    const { status, contentType, body } = meddle(request, await answerOf(request, action, token));
    res.writeHead(status, { 'content-type': contentType });
    res.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  };
  const sent = (request: OldRequest, { path, body }: Forward, authorization: string) =>
    send(`${cluster.server}${path}`, {
      method: knownMethod(request.method),
      headers: { authorization, accept: 'application/json', 'content-type': request.contentType },
      body: body === '' ? null : body,
      dispatcher,
      bodyTimeout: 0,
    });
  const answerOf = async (request: OldRequest, action: OldAction, token: string): Promise<Answer> => {
    if (action.do === 'answer') return action.answer;
    const reply = await sent(request, action, token);
    return oldAnswer(request.path, { status: reply.statusCode, body: await reply.body.text() });
  };
  const server = createServer({ key: pair[0], cert: pair[1] }, (req, res) => {
    handle(req, res).catch(() => res.destroy());
  });
  server.on('upgrade', (req: IncomingMessage, client: Duplex, head: Buffer) => {
    upgrades.push(req.url ?? '');
    tunnel(access, req, client, head);
  });
  const listener = await listen(server);
  return {
    url: `https://127.0.0.1:${listener.port}`,
    ...{ requests, upgrades },
    reset: (next = (_, answer) => answer) => {
      requests.length = 0;
      meddle = next;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.resetAll();
      await dispatcher.destroy();
    },
  };
}

async function readRequest(req: IncomingMessage): Promise<OldRequest> {
  const { accept = '*/*', 'content-type': contentType = 'application/json' } = req.headers;
  return { method: req.method ?? '', path: req.url ?? '/', accept, contentType, body: await text(req) };
}

function knownMethod(method: string) {
  const known = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find(name => name === method);
  if (!known) throw new Error(`no method of the API: ${method}`);
  return known;
}
