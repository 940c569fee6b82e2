import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { KeyPair } from './certs.ts';
import { type CommandResult, runCommand } from './command.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
import type { Etcd } from './etcd.ts';
import { httpsClient } from './https.ts';
import { type Credentials, writeKubeconfig } from './kubeconfig.ts';
import { createRun, type Run } from './run.ts';
import { requestToken } from './service-accounts.ts';

export interface ClusterOptions extends ControlPlaneOptions {
  /** Part of the name of its directory. */
  readonly name?: string;
  /** Serve thirdpartyresources as Kubernetes 1.7 did; `delayMs` is from a change of one to its effect. */
  readonly tpr?: boolean | { readonly delayMs: number };
}

/** Whom a kubeconfig stands for. */
export type Identity =
  | { readonly token: string }
  | { readonly user: string; readonly groups?: readonly string[] };

export interface KubectlOptions {
  /** What it reads from stdin. */
  readonly input?: string;
  /** Another kubeconfig than the administrator's. */
  readonly kubeconfig?: string;
}

/** A real control plane. That of `startCluster` is on the loopback address, and has no nodes. */
export interface Cluster extends AsyncDisposable {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Path of the certificate of the authority that signs servers and users. */
  readonly ca: string;
  /** A certificate of the same authority for a test's own server on localhost or 127.0.0.1. */
  readonly localhost: KeyPair;
  readonly etcd: Etcd;
  /** Everything it has, with the log of each process as `<program>.log`. Gone after `stop`. */
  readonly directory: string;
  /** Path of the kubectl that `kubectl` runs. */
  readonly kubectlPath: string;
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<CommandResult>;
  /** Writes a kubeconfig for a user with a client certificate, or for a token; returns its path. */
  kubeconfigFor(identity: Identity, options?: { readonly server?: string }): Promise<string>;
  serviceAccountToken(namespace: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a cluster of its own, which lives until `stop`, at the longest as long as this process. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const run = await createRun(options.name ?? 'cluster');
  try {
    const controlPlane = await startControlPlane(run, options);
    const cluster = clusterOf(run, controlPlane);
    if (!options.tpr) return cluster;
    return { ...cluster, ...(await withTprServer(cluster, options.tpr)) };
  } catch (error) {
    await run.end();
    throw error;
  }
}

/** What a run and the control plane in it offer. */
export function clusterOf(run: Run, { binaries, keys, etcd, apiServer }: ControlPlane): Cluster {
  const ca = keys.authority.cert;
  const kubeconfig = writeKubeconfig(join(run.directory, 'admin.kubeconfig'), apiServer.url, ca, keys.admin);
  const kubectlPath = binaries.kubectl;
  return {
    ...{ kubeconfig, server: apiServer.url, ca, localhost: keys.localhost, etcd, kubectlPath },
    directory: run.directory,
    kubectl(args, { input, kubeconfig: other } = {}) {
      // kubectl keeps what it discovered below HOME, by host and port: the next cluster could get it.
      const env = { ...process.env, HOME: run.directory, KUBECONFIG: other ?? kubeconfig };
      return runCommand(kubectlPath, args, { env, ...(input !== undefined && { input }) });
    },
    async kubeconfigFor(identity, { server = apiServer.url } = {}) {
      const file = `user-${randomBytes(4).toString('hex')}`;
      const credentials: Credentials =
        'token' in identity ? identity : await keys.authority.issue({ file, ...identity });
      return writeKubeconfig(join(run.directory, `${file}.kubeconfig`), server, ca, credentials);
    },
    async serviceAccountToken(namespace, name) {
      const client = httpsClient(apiServer.url, ca, keys.admin);
      try {
        return await requestToken(client, namespace, name);
      } finally {
        await client.close();
      }
    },
    stop: run.end,
    [Symbol.asyncDispose]: run.end,
  };
}

/** Starts the TPR server beside a cluster; returns how to stop both. */
export async function withTprServer(
  cluster: Cluster,
  tpr: true | { readonly delayMs: number },
): Promise<Pick<Cluster, 'stop' | typeof Symbol.asyncDispose>> {
  const { startTprServer } = await import('./tpr-server.ts');
  const { kubeconfig, localhost: certificate } = cluster;
  const options = { kubeconfig, certificate };
  const tprServer = await startTprServer(tpr === true ? options : { ...options, ...tpr });
  const stop = async () => {
    await tprServer.stop().finally(cluster.stop);
  };
  return { stop, [Symbol.asyncDispose]: stop };
}
