import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { createAuthority, type KeyPair } from '../cluster/certs.ts';
import { listen } from './listener.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  /** The common name of the client certificate. */
  readonly user: string | undefined;
  readonly body: string;
}

export interface EchoUpstream extends AsyncDisposable {
  readonly url: string;
  readonly ca: string;
  /** For 127.0.0.1, and as a client named `proxy`. */
  readonly certificate: KeyPair;
  /** Every request that came in whole. */
  readonly received: readonly Received[];
  /** Sends one more event to the watchers. */
  event(line: string): void;
}

/** An HTTPS server that notes what it gets: it answers a body with itself, and `?watch=true` with events. */
export async function startEchoUpstream(): Promise<EchoUpstream> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-faults-'));
  const authority = await createAuthority(directory);
  const certificate = await authority.issue({ file: 'proxy', user: 'proxy', hosts: ['127.0.0.1'] });
  const received: Received[] = [];
  const watchers = new Set<{ write(line: string): void }>();
  const [key, cert, ca] = await Promise.all(
    [certificate.key, certificate.cert, authority.cert].map(path => readFile(path)),
  );
  const tls = { key, cert, ca, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, async (req, res) => {
    const body = await text(req).catch(() => undefined);
    if (body === undefined) return;
    const { method = '', url: path = '', headers } = req;
    const user = userOf(req.socket);
    received.push({ method, path, authorization: headers.authorization, user, body });
    res.setHeader('content-type', 'application/json');
    if (path.includes('watch=true')) {
      res.flushHeaders();
      watchers.add(res);
      return;
    }
    res.end(body || '{"ok":true}');
  });
  const listener = await listen(server);
  return {
    url: `https://127.0.0.1:${listener.port}`,
    ca: authority.cert,
    certificate,
    received,
    event: line => {
      for (const watcher of watchers) watcher.write(`${line}\n`);
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      listener.resetAll();
      await rm(directory, { recursive: true });
    },
  };
}

function userOf(socket: unknown): string | undefined {
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
  return Array.isArray(name) ? name[0] : name;
}
