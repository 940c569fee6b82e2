import { after, before } from 'node:test';
import type { Fault } from '../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import type { SharedCluster } from './job-cluster.ts';
import type { JobResult } from './job-process.ts';
import { accountWith, manifestRights } from './job-rights.ts';

export interface ProxiedCluster {
  readonly proxy: FaultProxy;
  /** Leads through the proxy, with the rights of a manifest. */
  readonly kubeconfig: string;
  /** Runs a job through the proxy, which spoils these requests only. */
  run(
    args: readonly string[],
    faults: readonly Fault[],
    env?: Readonly<Record<string, string>>,
  ): Promise<JobResult>;
}

/** Puts a proxy in front of the cluster of a test file; `manifest` is upgrade-job.yaml unless given. */
export function useProxy(jobs: SharedCluster, manifest?: string): ProxiedCluster {
  let started: { readonly proxy: FaultProxy; readonly kubeconfig: string } | undefined;
  const current = () => {
    if (!started) throw new Error('the proxy runs only while tests run');
    return started;
  };
  before(async () => {
    const { cluster, client } = await jobs.ready;
    const upstream = { url: cluster.server, ca: cluster.ca };
    const proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    const kubeconfig = await accountWith(cluster, client, manifestRights(manifest), { server: proxy.url });
    started = { proxy, kubeconfig };
  });
  after(() => started?.proxy.stop());
  return {
    get proxy() {
      return current().proxy;
    },
    get kubeconfig() {
      return current().kubeconfig;
    },
    run(args, faults, env = {}) {
      const { proxy, kubeconfig } = current();
      proxy.reset();
      proxy.setFaults(faults);
      return jobs.run(args, { kubeconfig, env });
    },
  };
}
