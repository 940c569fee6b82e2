import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates } from 'node:tls';
import { messageOf, wrongUsage } from '../run/failure.ts';

/** How to reach an etcd cluster. `ca`, `cert` and `key` are PEM, or the path of a PEM file. */
export interface EtcdOptions {
  readonly endpoints: readonly string[];
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly user?: string;
  readonly password?: string;
  readonly requestTimeoutMs: number;
  /** How long a request is tried in all, in milliseconds; without it, a few times. */
  readonly retryTotalMs?: number;
  /** Told before each pause, so that the operator sees what is waited for. */
  readonly onRetry?: ((error: Error, pauseMs: number, attempt: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TlsFiles {
  readonly rootCertificate: Buffer;
  readonly privateKey?: Buffer;
  readonly certChain?: Buffer;
}

/** The endpoints as `scheme://host:port`. Throws a usage failure that says which one is wrong. */
export function checkedEndpoints(endpoints: readonly string[]): readonly string[] {
  if (endpoints.length === 0) throw wrongUsage('etcd: no endpoint given, for example https://10.0.0.1:2379');
  return endpoints.map((endpoint, index) => {
    const url = URL.parse(endpoint.trim());
    if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
      // The text may hold a password that could not be parsed, so it is not repeated.
      throw wrongUsage(`etcd: endpoint ${index + 1} is no http:// or https:// address`);
    }
    if (url.username || url.password) {
      throw wrongUsage(`etcd: ${url.host}: give user and password as options, not in the endpoint`);
    }
    return `${url.protocol}//${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  });
}

/** User and password, if given. Throws a usage failure when one is missing. */
export function checkedUser(options: EtcdOptions): { username: string; password: string } | undefined {
  const { user, password } = options;
  if (!user && !password) return undefined;
  if (!user || !password) throw wrongUsage('etcd: give both user and password, or neither');
  return { username: user, password };
}

/** What TLS needs, read and checked. Without a CA, the ones that Node.js trusts. */
export function loadTls(options: EtcdOptions): TlsFiles {
  if (!options.cert !== !options.key)
    throw wrongUsage('etcd: give both client certificate and key, or neither');
  const tls = {
    rootCertificate: pem('CA', options.ca) ?? Buffer.from(getCACertificates('default').join('\n')),
    privateKey: pem('client key', options.key),
    certChain: pem('client certificate', options.cert),
  };
  const { rootCertificate, privateKey, certChain } = tls;
  try {
    createSecureContext({ ca: rootCertificate, key: privateKey, cert: certChain });
  } catch (error) {
    throw wrongUsage(`etcd: CA, client certificate or client key cannot be used: ${messageOf(error)}`);
  }
  return privateKey && certChain ? { rootCertificate, privateKey, certChain } : { rootCertificate };
}

function pem(what: string, value: string | undefined): Buffer | undefined {
  if (!value) return undefined;
  if (value.includes('-----BEGIN ')) return Buffer.from(value);
  // A key in another form than PEM lands here too, and must not be shown.
  const path = value.length <= 120 && !/\s/.test(value) ? ` ${value}` : '';
  try {
    const content = readFileSync(value);
    if (content.includes('-----BEGIN ')) return content;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'not a path';
    throw wrongUsage(`etcd: cannot read the ${what}${path}: ${code}`);
  }
  throw wrongUsage(`etcd: the ${what}${path} is not PEM`);
}
