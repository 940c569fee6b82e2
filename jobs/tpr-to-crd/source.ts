import { readFile } from 'node:fs/promises';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { hasPeers, nodeWithPeers, type TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { EtcdError, mayPass } from '../lib/etcd/errors.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';
import { listKinds, type ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import { readTprs, type Tprs } from '../lib/kubernetes/tprs.ts';
import { failedRun, messageOf, refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { durationText } from '../lib/run/progress.ts';
import type { TprToCrdOptions } from './options.ts';

/** Reads everything that is to be copied, as it is now. */
export async function readSource(
  client: KubeClient,
  options: TprToCrdOptions,
  signal: AbortSignal,
  log: Log,
): Promise<TprSnapshot> {
  const [tprs, nodes] = await Promise.all([
    options.fromEtcd
      ? readFromEtcd(options.fromEtcd, options, signal, log)
      : readTprs(client, TPR_KINDS, signal),
    list(client, NODES, { pick: nodeWithPeers }),
  ]);
  return { ...tprs, nodes: (nodes ?? []).filter(hasPeers) };
}

/** The existing objects of each CRD kind. */
export function readExisting(client: KubeClient): Promise<ObjectsByPlural> {
  return listKinds(
    client,
    TPR_KINDS.map(({ crd }) => crd),
  );
}

/** Loaded only where it is asked for: the etcd client is large. */
async function readFromEtcd(
  endpoints: readonly string[],
  options: TprToCrdOptions,
  signal: AbortSignal,
  log: Log,
): Promise<Tprs> {
  const [{ connectEtcdV3 }, { readStoredTprs }] = await Promise.all([
    import('../lib/etcd/v3.ts'),
    import('../lib/kubernetes/stored-tprs.ts'),
  ]);
  const password = await etcdPassword(options);
  using etcd = connectEtcdV3({
    endpoints,
    ...(options.etcdCa && { ca: options.etcdCa }),
    ...(options.etcdCert && { cert: options.etcdCert }),
    ...(options.etcdKey && { key: options.etcdKey }),
    ...(options.etcdUser && { user: options.etcdUser }),
    ...(password && { password }),
    requestTimeoutMs: options.requestTimeout * 1000,
    retryTotalMs: options.retryTimeout * 1000,
    onRetry: (error, pauseMs, attempt) =>
      log.warn(`${error.message}; trying again in ${durationText(pauseMs)} (attempt ${attempt})`),
    signal,
  });
  try {
    return await readStoredTprs(etcd, { prefix: options.etcdPrefix, kinds: TPR_KINDS, signal });
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    throw mayPass(error) || error.reason === 'compacted'
      ? failedRun(error.message, error)
      : refused(error.message);
  }
}

async function etcdPassword(options: TprToCrdOptions): Promise<string | undefined> {
  const file = options.etcdPasswordFile;
  if (!file) return process.env.CALICO_UPGRADE_ETCD_PASSWORD;
  try {
    return (await readFile(file, 'utf8')).trimEnd();
  } catch (error) {
    throw wrongUsage(`cannot read --etcd-password-file ${file}: ${messageOf(error)}`);
  }
}
