import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { Agent, request as send } from 'undici';
import type { Cluster } from '../../cluster/cluster.ts';
import { listen } from '../../faults/listener.ts';

/** An API server as those of 1.7, or of 1.6, show NetworkPolicies. */
export interface OldApi extends AsyncDisposable {
  readonly url: string;
  /** `GET /apis/…` for each request about NetworkPolicies and their groups. */
  readonly requests: string[];
}

const BETA = '/apis/extensions/v1beta1';
const V1 = '/apis/networking.k8s.io/v1';
const IN_V1 = '"apiVersion":"networking.k8s.io/v1"';
const IN_BETA = '"apiVersion":"extensions/v1beta1"';

/**
 * A proxy before a later API server that serves NetworkPolicies as extensions/v1beta1, too (recorded of 1.7.5: one object
 * behind both), and with `only` as that alone, as Kubernetes up to 1.6 does.
 */
export async function startOldApi(cluster: Cluster, { only }: { readonly only: boolean }): Promise<OldApi> {
  const { key, cert } = cluster.localhost;
  const [ca, keyText, certText] = await Promise.all([readFile(cluster.ca), readFile(key), readFile(cert)]);
  const dispatcher = new Agent({ connect: { ca }, allowH2: false });
  const requests: string[] = [];
  const server = createServer({ key: keyText, cert: certText }, (req, res) => {
    const answer = async (): Promise<void> => {
      const path = req.url ?? '/';
      if (path.startsWith(BETA) || path.startsWith(V1)) requests.push(`${req.method} ${path}`);
      const given = discovery(path, only);
      const body = await text(req);
      const reply =
        given ??
        (await forward(cluster.server, dispatcher, {
          method: req.method ?? 'GET',
          path,
          body,
          authorization: req.headers.authorization ?? '',
        }));
      res.writeHead(reply.status, { 'content-type': 'application/json' });
      res.end(reply.body);
    };
    answer().catch(() => res.destroy());
  });
  const listener = await listen(server);
  return {
    url: `https://127.0.0.1:${listener.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.resetAll();
      await dispatcher.destroy();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** What discovery says of the two groups. */
function discovery(path: string, only: boolean): Reply | undefined {
  if (only && (path === V1 || path.startsWith(`${V1}/`))) return { status: 404, body: '404 page not found' };
  if (path !== BETA) return undefined;
  const resources = [{ name: 'networkpolicies', namespaced: true, kind: 'NetworkPolicy' }];
  return {
    status: 200,
    body: JSON.stringify({ kind: 'APIResourceList', groupVersion: 'extensions/v1beta1', resources }),
  };
}

async function forward(
  server: string,
  dispatcher: Agent,
  request: {
    readonly method: string;
    readonly path: string;
    readonly body: string;
    readonly authorization: string;
  },
): Promise<Reply> {
  const { method, path, body, authorization } = request;
  const beta = path.startsWith(BETA);
  const known = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find(name => name === method);
  if (!known) throw new Error(`no method of the API: ${method}`);
  const reply = await send(`${server}${beta ? path.replace(BETA, V1) : path}`, {
    method: known,
    headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
    body: body === '' ? null : beta ? body.replaceAll(IN_BETA, IN_V1) : body,
    dispatcher,
  });
  const answer = await reply.body.text();
  return { status: reply.statusCode, body: beta ? answer.replaceAll(IN_V1, IN_BETA) : answer };
}
