import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { KeyPair } from './certs.ts';

export interface HttpsClient {
  get(path: string): Promise<HttpsResponse>;
  post(path: string, body: unknown): Promise<HttpsResponse>;
  close(): Promise<void>;
}

export interface HttpsResponse {
  readonly status: number;
  readonly body: string;
}

/** A client of one server, known by its authority's certificate, that shows a client certificate. */
export function httpsClient(server: string, ca: string, identity?: KeyPair): HttpsClient {
  const own = identity && { key: readFileSync(identity.key), cert: readFileSync(identity.cert) };
  const dispatcher = new Agent({ connect: { ca: readFileSync(ca), ...own }, headersTimeout: 10_000 });
  const send = async (path: string, method: 'GET' | 'POST', body?: unknown): Promise<HttpsResponse> => {
    const response = await request(new URL(path, server), {
      dispatcher,
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: response.statusCode, body: await response.body.text() };
  };
  return {
    get: path => send(path, 'GET'),
    post: (path, body) => send(path, 'POST', body),
    close: () => dispatcher.close(),
  };
}
