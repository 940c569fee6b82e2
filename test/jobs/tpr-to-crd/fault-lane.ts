import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { buildBundle } from '../../bench/bundle.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../faults/tcp-proxy.ts';
import { startJobCluster } from '../job-cluster.ts';
import { type JobProcess, type JobResult, startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { compileCache } from '../program-main.ts';

/** A run and the requests that it made. */
export interface FaultedRun extends JobResult {
  /** All that it wrote. */
  readonly log: string;
  readonly requests: readonly RecordedRequest[];
  readonly seconds: number;
}

/** The job that is tested, and its data. */
export interface FaultSubject {
  readonly job: string;
  /** The manifest with the rights of the job. */
  readonly manifest: string;
  /** Whether the API server of its cluster serves ThirdPartyResources. */
  readonly servesTprs?: boolean;
  /** Whether the job reads ThirdPartyResources in the API server's etcd, through the proxy before it. */
  readonly readsEtcd?: boolean;
  /** Writes what the job works on. */
  seed(lane: Pick<FaultLane, 'admin' | 'cluster'>): Promise<void>;
  /** Undoes what jobs did. */
  clean(admin: KubeClient): Promise<void>;
}

/** A cluster with the data of the fault tests, and proxies before it that spoil what the job does. */
export interface FaultLane extends AsyncDisposable {
  /** The name of the job that is tested. */
  readonly job: string;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  /** Before the etcd that a job with `readsEtcd` reads. */
  readonly etcd: TcpFaultProxy;
  /** The administrator, beside the proxies. */
  readonly admin: KubeClient;
  /** Starts the job behind the proxies, with the rights of the manifest and no others. */
  start(options?: readonly string[]): JobProcess;
  /** Runs the job to its end, with these faults of the API server and no others. */
  run(faults?: readonly Fault[], options?: readonly string[]): Promise<FaultedRun>;
  /** Undoes what jobs did. ThirdPartyResources were never written and stay. */
  clean(): Promise<void>;
}

/** Starts a lane, not touched by any job yet. */
export async function startFaultLane(subject: FaultSubject): Promise<FaultLane> {
  await using stack = new AsyncDisposableStack();
  // Hundreds of runs start the same program, so it has to start fast.
  const bundling = buildBundle();
  bundling.catch(() => undefined);
  const { cluster, client: admin, stop } = await startJobCluster(subject.servesTprs ? undefined : {});
  stack.defer(stop);
  const { main } = stack.use(await bundling);
  await subject.seed({ admin, cluster });
  const { server: url, ca, localhost: certificate } = cluster;
  const proxy = stack.use(await startFaultProxy({ upstream: { url, ca }, certificate }));
  const { hostname, port } = new URL(cluster.etcd.endpoint);
  const etcd = stack.use(await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) }));
  const kubeconfig = await accountWith(cluster, admin, manifestRights(subject.manifest), {
    server: proxy.url,
  });
  const env = compileCache(cluster.directory);
  const source = subject.readsEtcd ? ['--from-etcd', `http://${etcd.host}:${etcd.port}`] : [];
  const start: FaultLane['start'] = (options = []) =>
    startJob([subject.job, ...source, ...options], { kubeconfig, env, main });
  const run = runner(proxy, start);
  const owned = stack.move();
  const end = () => owned.disposeAsync();
  const { job } = subject;
  return {
    ...{ job, cluster, proxy, etcd, admin, start, run },
    clean: () => subject.clean(admin),
    [Symbol.asyncDispose]: end,
  };
}

function runner(proxy: FaultProxy, start: FaultLane['start']): FaultLane['run'] {
  return async (faults = [], options = []) => {
    proxy.reset();
    proxy.setFaults(faults);
    const started = performance.now();
    const result = await start(options).result;
    const seconds = (performance.now() - started) / 1000;
    const requests = [...proxy.requests];
    proxy.reset();
    return { ...result, log: result.stdout + result.stderr, requests, seconds };
  };
}
