import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEtcd, ensureOpenssl } from './binaries.ts';
import { createAuthority, type KeyPair, loopbackHosts } from './certs.ts';
import { httpsClient } from './https.ts';
import { freePort } from './ports.ts';
import { sendSignal } from './proc.ts';
import { createRun, type Run } from './run.ts';
import { waitUntil } from './wait.ts';

export interface EtcdOptions {
  /** Serve TLS, and only to clients that show a certificate of the same authority. */
  readonly tls?: boolean;
  /** Further command line flags. */
  readonly flags?: readonly string[];
}

/** What a client needs: paths of PEM files. */
export interface EtcdTls extends KeyPair {
  readonly ca: string;
}

/** A real etcd 3.4 that serves the v2 and the v3 API, each with data of its own. */
export interface Etcd extends AsyncDisposable {
  readonly endpoint: string;
  readonly tls?: EtcdTls;
  readonly directory: string;
  readonly log: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGKILL: it is gone without a word. Its data stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the same address, data and flags. */
  start(): Promise<void>;
  /** Ends it and removes all that it left. */
  stop(): Promise<void>;
}

/** Starts an etcd of its own, which lives until `stop`. */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const run = await createRun('etcd');
  try {
    return await startEtcdIn(run, options, run.end);
  } catch (error) {
    await run.end();
    throw error;
  }
}

/** Starts an etcd in a run; its data goes when the run ends. `end` is what stops it, for a run that has nothing else. */
export async function startEtcdIn(
  run: Run,
  options: EtcdOptions = {},
  end?: () => Promise<void>,
): Promise<Etcd> {
  const command = await ensureEtcd();
  const tls = options.tls ? await createTls(run.directory) : undefined;
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const args = [...baseFlags(run.directory, endpoint, peer), ...tlsFlags(tls), ...(options.flags ?? [])];
  const begin = async () => {
    const started = run.start({ name: 'etcd', command, args });
    await waitUntil('its /health', started, () => isHealthy(endpoint, tls?.client), 30_000);
    return started;
  };
  let child = await begin();
  const stop = end ?? (() => child.stop());
  return {
    endpoint,
    ...(tls && { tls: tls.client }),
    directory: run.directory,
    log: child.log,
    get pid() {
      return child.pid;
    },
    async kill() {
      sendSignal(child.pid, 'SIGKILL');
      await child.exited;
    },
    async start() {
      child = await begin();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Tls {
  readonly server: KeyPair;
  readonly client: EtcdTls;
}

async function createTls(parent: string): Promise<Tls> {
  await ensureOpenssl();
  const directory = join(parent, 'etcd-tls');
  mkdirSync(directory);
  const ca = await createAuthority(directory);
  const [server, client] = await Promise.all([
    ca.issue({ file: 'server', user: 'etcd', hosts: loopbackHosts }),
    ca.issue({ file: 'client', user: 'client' }),
  ]);
  return { server, client: { ...client, ca: ca.cert } };
}

function baseFlags(directory: string, endpoint: string, peer: string): string[] {
  return [
    '--name=test',
    `--data-dir=${join(directory, 'etcd')}`,
    '--enable-v2=true',
    '--unsafe-no-fsync', // nobody needs the data after a crash
    '--log-level=warn',
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=test=${peer}`,
  ];
}

function tlsFlags(tls: Tls | undefined): string[] {
  if (!tls) return [];
  return [
    `--cert-file=${tls.server.cert}`,
    `--key-file=${tls.server.key}`,
    '--client-cert-auth',
    `--trusted-ca-file=${tls.client.ca}`,
  ];
}

async function isHealthy(endpoint: string, tls: EtcdTls | undefined): Promise<boolean> {
  if (!tls) {
    const response = await fetch(`${endpoint}/health`);
    return (await response.text()).includes('"true"');
  }
  const client = httpsClient(endpoint, tls.ca, tls);
  try {
    return (await client.get('/health')).body.includes('"true"');
  } finally {
    await client.close();
  }
}
