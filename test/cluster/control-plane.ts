import { join } from 'node:path';
import { type ApiServer, type Listener, startApiServer, waitForApiServer } from './api-server.ts';
import { type Binaries, ensureBinaries } from './binaries.ts';
import { startControllerManager, startScheduler } from './controllers.ts';
import { type Etcd, startEtcdIn } from './etcd.ts';
import { httpsClient } from './https.ts';
import { createKeys, type Keys } from './keys.ts';
import { freePort } from './ports.ts';
import type { Run } from './run.ts';
import { waitForServiceAccount } from './service-accounts.ts';

export interface ControlPlaneOptions {
  /** Start the scheduler too; without nodes it has nothing to do. */
  readonly scheduler?: boolean;
  /** Let etcd demand client certificates. */
  readonly etcdTls?: boolean;
  /** Further flags of kube-apiserver. */
  readonly apiServerFlags?: readonly string[];
  /** Further flags of kube-controller-manager. */
  readonly controllerManagerFlags?: readonly string[];
}

/** The running servers of one cluster. */
export interface ControlPlane {
  readonly binaries: Binaries;
  readonly keys: Keys;
  readonly etcd: Etcd;
  readonly apiServer: ApiServer;
}

/** What nodes need to know before the control plane is there. */
export interface Site {
  readonly listener: Listener;
  readonly keys: Keys;
}

/** The directory of a run's keys and certificates. */
export function keysDirectory(run: Run): string {
  return join(run.directory, 'keys');
}

/**
 * Starts etcd, kube-apiserver and controller manager in a run, and waits until all are usable. Without a site, the API
 * server listens on the loopback address.
 */
export async function startControlPlane(
  run: Run,
  options: ControlPlaneOptions,
  site?: Site,
): Promise<ControlPlane> {
  const binaries = await ensureBinaries();
  const [keys, etcd, listener] = await Promise.all([
    site?.keys ?? createKeys(keysDirectory(run)),
    startEtcdIn(run, { tls: options.etcdTls ?? false }),
    site?.listener ?? loopbackListener(),
  ]);
  const flags = options.apiServerFlags ?? [];
  const apiServer = startApiServer(run, binaries['kube-apiserver'], listener, etcd, keys, flags);
  await waitForApiServer(apiServer, keys);
  await Promise.all([
    startControllers(run, binaries, apiServer, keys, options.controllerManagerFlags ?? []),
    options.scheduler && startScheduler(run, binaries['kube-scheduler'], apiServer, keys),
  ]);
  return { binaries, keys, etcd, apiServer };
}

async function loopbackListener(): Promise<Listener> {
  return { address: '127.0.0.1', port: await freePort() };
}

async function startControllers(
  run: Run,
  binaries: Binaries,
  apiServer: ApiServer,
  keys: Keys,
  flags: readonly string[],
): Promise<void> {
  const command = binaries['kube-controller-manager'];
  const manager = await startControllerManager(run, command, apiServer, keys, flags);
  const client = httpsClient(apiServer.url, keys.authority.cert, keys.admin);
  try {
    await waitForServiceAccount(client, 'default', 'default', manager);
  } finally {
    await client.close();
  }
}
