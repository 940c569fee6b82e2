import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { update } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { buildBundle } from '../../bench/bundle.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '../../faults/tcp-proxy.ts';
import { deleteAll, deleteCrds } from '../clean-cluster.ts';
import { startJobCluster } from '../job-cluster.ts';
import { type JobProcess, type JobResult, startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { compileCache } from '../program-main.ts';
import { FAULT_NODES, FAULT_TPRS, storeObjects } from './fault-data.ts';

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
  /** Writes what the job works on. */
  seed(admin: KubeClient): Promise<void>;
  /** Undoes what jobs did. */
  clean(admin: KubeClient): Promise<void>;
}

/** A cluster with the data of the fault tests, and proxies before it that spoil what the job does. */
export interface FaultLane extends AsyncDisposable {
  /** The name of the job that is tested. */
  readonly job: string;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  /** Before the etcd that a job reads with `fromEtcd`. */
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

export interface LaneOptions {
  /** The ThirdPartyResources are in etcd only, as after an upgrade to Kubernetes 1.8, and jobs read them there. */
  readonly fromEtcd?: boolean;
  /** `tpr-to-crd` unless given. */
  readonly subject?: FaultSubject;
}

const TPR_TO_CRD: FaultSubject = {
  job: 'tpr-to-crd',
  manifest: 'upgrade-job.yaml',
  seed: async admin => {
    await seedObjects(admin, FAULT_TPRS);
    await seedNodes(admin, FAULT_NODES);
  },
  clean,
};

/** Starts a lane, not touched by any job yet. */
export async function startFaultLane({
  fromEtcd = false,
  subject = TPR_TO_CRD,
}: LaneOptions = {}): Promise<FaultLane> {
  await using stack = new AsyncDisposableStack();
  // Hundreds of runs start the same program, so it has to start fast.
  const bundling = buildBundle();
  bundling.catch(() => undefined);
  const {
    cluster,
    client: admin,
    stop,
  } = await startJobCluster(fromEtcd || subject !== TPR_TO_CRD ? {} : undefined);
  stack.defer(stop);
  const { main } = stack.use(await bundling);
  if (fromEtcd) {
    await storeObjects(cluster.etcd.endpoint, FAULT_TPRS);
    await seedNodes(admin, FAULT_NODES);
  } else await subject.seed(admin);
  const { server: url, ca, localhost: certificate } = cluster;
  const proxy = stack.use(await startFaultProxy({ upstream: { url, ca }, certificate }));
  const { hostname, port } = new URL(cluster.etcd.endpoint);
  const etcd = stack.use(await startTcpFaultProxy({ upstreamHost: hostname, upstreamPort: Number(port) }));
  const kubeconfig = await accountWith(cluster, admin, manifestRights(subject.manifest), {
    server: proxy.url,
  });
  const env = compileCache(cluster.directory);
  const source = fromEtcd ? ['--from-etcd', `http://${etcd.host}:${etcd.port}`] : [];
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

async function clean(admin: KubeClient): Promise<void> {
  await Promise.all([
    deleteCrds(admin).then(() => untilNotServed(admin)),
    deleteAll(admin, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade'),
    ...FAULT_NODES.map(({ name, annotations }) =>
      update(admin, NODES, name, current => ({ ...current, metadata: { ...current.metadata, annotations } })),
    ),
  ]);
}

/** A kind answers for some moments after its definition has gone. */
async function untilNotServed(admin: KubeClient): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  for (const { crd } of TPR_KINDS) while (await list(admin, crd)) await sleep(20, signal);
}
