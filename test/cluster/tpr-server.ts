import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tprHandler } from './tpr-server-handler.ts';
import { reconcileEndpoints } from './tpr-server-reconcile.ts';
import { deregister, register } from './tpr-server-register.ts';
import { openUpstream } from './tpr-server-upstream.ts';

export interface TprServerOptions {
  /** An administrator of the API server that gets the endpoint. */
  readonly kubeconfig: string;
  /** The port on 127.0.0.1; a free one without it. */
  readonly port?: number;
  /** From a change of TPRs to its effect on the endpoints of instances; 1.7 needs up to 10 s. */
  readonly delayMs?: number;
  /** Paths of PEM files, for localhost. */
  readonly certificate: { readonly key: string; readonly cert: string };
}

export interface TprServer extends AsyncDisposable {
  readonly port: number;
  /** Withdraws the endpoint; TPRs and instances stay stored, and a new server finds them. */
  stop(): Promise<void>;
}

/**
 * Adds the `thirdpartyresources` of Kubernetes 1.7 to an API server of 1.20 (run with aggregation and without its own
 * extensions/v1beta1). TPRs and their instances are stored as custom resources; returns when the endpoint answers.
 */
export async function startTprServer(options: TprServerOptions): Promise<TprServer> {
  const { kubeconfig, port = 0, delayMs = 2000, certificate } = options;
  const [key, cert] = await Promise.all([readFile(certificate.key), readFile(certificate.cert)]);
  const upstream = await openUpstream(kubeconfig);
  const server = createServer({ key, cert }, tprHandler(upstream));
  const boundPort = await listen(server, port);
  const stopping = new AbortController();
  let loop = Promise.resolve();
  const stopNow = async () => {
    stopping.abort();
    await loop;
    // The API server may be gone already.
    await deregister(upstream).catch(() => undefined);
    server.close();
    server.closeAllConnections();
    await upstream.close();
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopNow();
    return stopped;
  };
  try {
    await register(upstream, boundPort);
  } catch (error) {
    await stop();
    throw error;
  }
  loop = reconcileEndpoints(upstream, delayMs, stopping.signal);
  return { port: boundPort, stop, [Symbol.asyncDispose]: stop };
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}
