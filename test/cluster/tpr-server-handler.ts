import type { IncomingMessage, ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { fromStored, STORE_PATH, TPR_GROUP_PATH, TPR_PATH, toStored } from './tpr-server-translate.ts';
import type { Upstream } from './tpr-server-upstream.ts';

/** Discovery, as recorded from 1.7 but with this one resource. */
const RESOURCES = {
  kind: 'APIResourceList',
  groupVersion: 'extensions/v1beta1',
  resources: [
    {
      name: 'thirdpartyresources',
      singularName: '',
      namespaced: false,
      kind: 'ThirdPartyResource',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    },
  ],
};

const METHODS: readonly Dispatcher.HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Serves the group extensions/v1beta1: each request for TPRs becomes one for the objects that store them. The API
 * server in front has authenticated and authorized it.
 */
export function tprHandler(upstream: Upstream): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    handle(upstream, req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else answer(res, 500, status(500, 'InternalError', String(error)));
    });
  };
}

async function handle(upstream: Upstream, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, search, searchParams } = new URL(req.url ?? '/', 'https://localhost');
  if (pathname === TPR_GROUP_PATH) return answer(res, 200, RESOURCES);
  const method = METHODS.find(known => known === req.method);
  if (!method || (pathname !== TPR_PATH && !pathname.startsWith(`${TPR_PATH}/`))) {
    return answer(res, 404, status(404, 'NotFound', 'the server could not find the requested resource'));
  }
  const closed = new AbortController();
  res.once('close', () => closed.abort());
  const body = method === 'GET' ? undefined : toStored(method, await bodyOf(req));
  const reply = await upstream.send({
    method,
    path: `${STORE_PATH}${pathname.slice(TPR_PATH.length)}${search}`,
    body,
    contentType: storeContentType(req.headers['content-type']),
    signal: closed.signal,
  });
  const watching = method === 'GET' && /^(true|1)$/.test(searchParams.get('watch') ?? '');
  if (watching && reply.statusCode === 200) return streamEvents(reply, res);
  answer(res, reply.statusCode, fromStored(await reply.body.json()));
}

async function bodyOf(req: IncomingMessage): Promise<unknown> {
  const length = Number(req.headers['content-length'] ?? 0);
  return length > 0 || req.headers['transfer-encoding'] ? json(req) : undefined;
}

/** CRDs know no strategic patch; for a TPR, without lists that merge by key, it means the same as a merge patch. */
function storeContentType(contentType = 'application/json'): string {
  return contentType.replace('strategic-merge-patch', 'merge-patch');
}

async function streamEvents(reply: Dispatcher.ResponseData, res: ServerResponse): Promise<void> {
  res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  for await (const line of createInterface({ input: reply.body })) {
    res.write(`${JSON.stringify(fromStored(JSON.parse(line)))}\n`);
  }
  res.end();
}

function answer(res: ServerResponse, code: number, body: unknown): void {
  res.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function status(code: number, reason: string, message: string) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: {},
    code,
  };
}
