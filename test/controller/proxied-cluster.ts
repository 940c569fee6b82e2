import { after, before } from 'node:test';
import { type ConnectOptions, connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { accountWith, type Right } from '../jobs/job-rights.ts';

/** A cluster with an administrator's client beside the proxy, and a proxy for everybody else. */
export interface ProxiedCluster {
  readonly cluster: Cluster;
  readonly admin: KubeClient;
  readonly proxy: FaultProxy;
  /** A client through the proxy, which may do everything unless rights are given. It is closed after the tests. */
  client(options?: ConnectOptions, rights?: readonly Right[]): Promise<KubeClient>;
}

export const EVERYTHING: readonly Right[] = [
  { namespace: undefined, group: '*', resource: '*', name: undefined, verb: '*' },
];

/** Gives the tests of a file such a cluster; `prepare` is run once. */
export function useProxiedCluster(
  options: ClusterOptions,
  prepare: (admin: KubeClient) => Promise<void> = async () => undefined,
): ProxiedCluster {
  const ends: (() => Promise<void>)[] = [];
  let started: Omit<ProxiedCluster, 'client'> | undefined;
  const current = (): Omit<ProxiedCluster, 'client'> => {
    if (!started) throw new Error('the cluster runs only while tests run');
    return started;
  };
  before(async () => {
    const cluster = await startCluster(options);
    ends.unshift(cluster.stop);
    const admin = connect({ kubeconfig: cluster.kubeconfig });
    ends.unshift(admin.close);
    const upstream = { url: cluster.server, ca: cluster.ca };
    const proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    ends.unshift(proxy.stop);
    await prepare(admin);
    started = { cluster, admin, proxy };
  });
  after(async () => {
    for (const end of ends) await end();
  });
  return {
    get cluster() {
      return current().cluster;
    },
    get admin() {
      return current().admin;
    },
    get proxy() {
      return current().proxy;
    },
    async client(given = {}, rights = EVERYTHING) {
      const { cluster, admin, proxy } = current();
      const kubeconfig = await accountWith(cluster, admin, rights, { server: proxy.url });
      const client = connect({ kubeconfig, ...given });
      ends.unshift(client.close);
      return client;
    },
  };
}
