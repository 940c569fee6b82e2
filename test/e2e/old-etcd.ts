import { readFile } from 'node:fs/promises';
import type { Etcd3 } from 'etcd3';
import { ensureEtcd } from '../cluster/binaries.ts';
import { createAuthority, type KeyPair } from '../cluster/certs.ts';
import { httpsClient } from '../cluster/https.ts';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { freePort } from '../cluster/ports.ts';
import { createRun } from '../cluster/run.ts';
import { waitUntil } from '../cluster/wait.ts';
import { OLD_OBJECTS } from '../demo/old-cluster.ts';
import { etcdWriter, putAll, storeRevision } from '../jobs/lib/etcd/seed.ts';
import { storedTprs } from '../jobs/stored-tprs.ts';

/** The etcd of a cluster that was upgraded from Kubernetes 1.7, where nodes reach it. */
export interface OldEtcd {
  readonly endpoint: string;
  /** Paths of the authority's certificate, and of the certificate and key of a client. */
  readonly ca: string;
  readonly client: KeyPair;
  /** Of its store: tells of any write. */
  revision(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it beside a cluster, which has the data elsewhere; it demands client certificates. */
export async function startOldEtcd({ registry }: NodeCluster): Promise<OldEtcd> {
  const [host = ''] = registry.split(':');
  const run = await createRun('old-etcd');
  try {
    const authority = await createAuthority(run.directory);
    const server = await authority.issue({ file: 'server', user: 'etcd', hosts: [host] });
    const client = await authority.issue({ file: 'client', user: 'calico-upgrade' });
    const endpoint = `https://${host}:${await freePort(host, 2379)}`;
    const flags = [`--data-dir=${run.directory}/etcd`, '--unsafe-no-fsync', '--log-level=warn'];
    const tls = [
      `--cert-file=${server.cert}`,
      `--key-file=${server.key}`,
      `--trusted-ca-file=${authority.cert}`,
    ];
    const urls = [`--listen-client-urls=${endpoint}`, `--advertise-client-urls=${endpoint}`];
    const peers = [`--listen-peer-urls=http://127.0.0.1:${await freePort()}`];
    const args = [...flags, ...urls, ...peers, ...tls, '--client-cert-auth'];
    const child = run.start({ name: 'old-etcd', command: await ensureEtcd(), args });
    const health = httpsClient(endpoint, authority.cert, client);
    await waitUntil('its /health', child, async () => (await health.get('/health')).status === 200);
    await health.close();
    const writer = await writerOf(endpoint, authority.cert, client);
    await putAll(writer, storedTprs(OLD_OBJECTS));
    const stop = async () => {
      writer.close();
      await run.end();
    };
    return { endpoint, ca: authority.cert, client, revision: () => storeRevision(writer), stop };
  } catch (error) {
    await run.end();
    throw error;
  }
}

async function writerOf(endpoint: string, ca: string, { cert, key }: KeyPair): Promise<Etcd3> {
  const [rootCertificate, certChain, privateKey] = await Promise.all(
    [ca, cert, key].map(path => readFile(path)),
  );
  if (!rootCertificate || !certChain || !privateKey) throw new Error('no certificates');
  return etcdWriter(endpoint, { credentials: { rootCertificate, certChain, privateKey } });
}
