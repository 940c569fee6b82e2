import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { createAuthority, type KeyPair } from '../../cluster/certs.ts';
import { type Etcd, type EtcdTls, startEtcd } from '../../cluster/etcd.ts';
import { enableAuth, etcdWriter, putAll, storeRevision } from '../lib/etcd/seed.ts';
import { recordedEntries } from '../lib/kubernetes/recorded-tprs.ts';
import { storedTprs } from '../stored-tprs.ts';
import { MIXED } from './recorded-run.ts';

export const PASSWORD = 'correct-horse-battery-staple';

/** What Kubernetes 1.7 left in two etcds, which are protected each in its way. */
export interface OldEtcds {
  /** Demands client certificates; holds what was recorded in the etcd of a Kubernetes 1.7.5. */
  readonly secured: { readonly endpoint: string; readonly tls: EtcdTls };
  /** Demands the password, of users `root` and `reader`; holds the mixed cluster. */
  readonly locked: { readonly endpoint: string; readonly passwordFile: string };
  /** A key pair that no etcd knows. */
  readonly stranger: KeyPair;
  /** The revisions of both stores: they tell of any write. */
  revisions(): Promise<readonly string[]>;
}

/** Gives the tests of a file both etcds; the functions of the result work while tests run. */
export function useOldEtcds(): { readonly etcds: OldEtcds } {
  let started: { readonly etcds: OldEtcds; readonly stop: () => Promise<unknown> } | undefined;
  before(async () => {
    started = await startOldEtcds();
  });
  after(() => started?.stop());
  return {
    get etcds() {
      if (!started) throw new Error('the etcds run only while tests run');
      return started.etcds;
    },
  };
}

async function startOldEtcds() {
  const [withTls, withUsers] = await Promise.all([startEtcd({ tls: true }), startEtcd()]);
  const { endpoint, tls } = withTls;
  if (!tls) throw new Error('no TLS');
  const passwordFile = join(withUsers.directory, 'password');
  const [secured, locked] = [
    { endpoint, tls },
    { endpoint: withUsers.endpoint, passwordFile },
  ];
  const [stranger] = await Promise.all([
    createAuthority(withTls.directory, 'stranger'),
    writeFile(passwordFile, `${PASSWORD}\n`),
    seedSecured(secured),
    seedLocked(withUsers),
  ]);
  const etcds: OldEtcds = { secured, locked, stranger, revisions: () => readRevisions(secured, withUsers) };
  return { etcds, stop: () => Promise.all([withTls.stop(), withUsers.stop()]) };
}

async function seedSecured(secured: OldEtcds['secured']): Promise<void> {
  const writer = await securedWriter(secured);
  await putAll(
    writer,
    recordedEntries().map(({ key, value }) => [key, value]),
  );
  writer.close();
}

async function seedLocked({ endpoint }: Etcd): Promise<void> {
  const writer = etcdWriter(endpoint);
  await putAll(writer, storedTprs(MIXED.tprs));
  await enableAuth(writer, PASSWORD, '/registry/');
  writer.close();
}

async function securedWriter({ endpoint, tls }: OldEtcds['secured']) {
  const [rootCertificate, certChain, privateKey] = await Promise.all([
    readFile(tls.ca),
    readFile(tls.cert),
    readFile(tls.key),
  ]);
  return etcdWriter(endpoint, { credentials: { rootCertificate, certChain, privateKey } });
}

async function readRevisions(secured: OldEtcds['secured'], locked: Etcd): Promise<readonly string[]> {
  const auth = { username: 'root', password: PASSWORD };
  const clients = [await securedWriter(secured), etcdWriter(locked.endpoint, { auth })];
  try {
    return await Promise.all(clients.map(storeRevision));
  } finally {
    for (const client of clients) client.close();
  }
}
