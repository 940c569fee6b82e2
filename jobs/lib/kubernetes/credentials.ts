import type { RequestOptions } from 'node:https';
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

const CREDENTIALS_VALID_MS = 60_000;

/** What a request needs to be let in. */
export interface Credentials {
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher | undefined;
}

/** Credentials that are always fresh enough. */
export interface CredentialSource {
  get(): Promise<Credentials>;
  close(): Promise<void>;
}

/** One dispatcher (and so one pool of connections) for the client's life; headers anew each minute, as tokens rotate. */
export function credentialSource(config: KubeConfig, server: string): CredentialSource {
  // A promise, since the first requests of a run are sent at the same time.
  let dispatcher: Promise<Dispatcher | undefined> | undefined;
  let headers: Record<string, string> | undefined;
  let readAt = 0;
  return {
    async get() {
      if (!headers || performance.now() - readAt >= CREDENTIALS_VALID_MS) {
        const context = new RequestContext(server, HttpMethod.GET);
        await config.applySecurityAuthentication(context);
        dispatcher ??= openDispatcher(config, context);
        headers = context.getHeaders();
        readAt = performance.now();
      }
      return { headers, dispatcher: await dispatcher };
    },
    async close() {
      const opened = await dispatcher?.catch(() => undefined);
      await opened?.destroy();
    },
  };
}

/**
 * HTTP/1.1, although the server may offer HTTP/2: there a request that times out takes its dead connection along, while
 * one HTTP/2 connection that went silent would swallow every further try. Through a proxy as client-node does it.
 */
async function openDispatcher(config: KubeConfig, context: RequestContext): Promise<Dispatcher | undefined> {
  const proxyUrl = config.getCurrentCluster()?.proxyUrl;
  if (proxyUrl) return context.getDispatcher();
  const tls: RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  const { ca, cert, key, rejectUnauthorized, servername } = tls;
  const connect = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  };
  return new Agent({ connect, allowH2: false });
}
