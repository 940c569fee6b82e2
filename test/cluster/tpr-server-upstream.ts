import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { type Dispatcher, request } from 'undici';

/** A request to the real API server behind the TPR server; the path includes the query. */
export interface UpstreamRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** The real API server, reached with the credentials of a kubeconfig. */
export interface Upstream {
  /** Sends a request and returns the answer as a stream. */
  send(request: UpstreamRequest): Promise<Dispatcher.ResponseData>;
  /** Sends a request and reads the answer: parsed JSON, or the text where it is none. */
  call(request: UpstreamRequest): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
}

/** Opens the API server that a kubeconfig file names. */
export async function openUpstream(kubeconfig: string): Promise<Upstream> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server.replace(/\/$/, '');
  if (!server) throw new Error(`no cluster in ${kubeconfig}`);
  const context = new RequestContext(server, HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const send: Upstream['send'] = ({ method, path, body, contentType, signal }) =>
    request(`${server}${path}`, {
      method,
      headers: {
        ...context.getHeaders(),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      ...(signal ? { signal } : {}),
      ...(dispatcher ? { dispatcher } : {}),
    });
  return {
    send,
    async call(options) {
      const answer = await send(options);
      return { status: answer.statusCode, body: parsed(await answer.body.text()) };
    },
    close: async () => dispatcher?.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
