import { join } from 'node:path';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { update } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { deleteAll, deleteCrds } from '../clean-cluster.ts';
import { startJobCluster } from '../job-cluster.ts';
import { type JobProcess, type JobResult, startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { FAULT_NODES, FAULT_TPRS } from './fault-data.ts';

/** A run and the requests that it made. */
export interface FaultedRun extends JobResult {
  /** All that it wrote. */
  readonly log: string;
  readonly requests: readonly RecordedRequest[];
}

/** A cluster with the data of the fault tests, and a proxy before it that spoils what the job does. */
export interface FaultLane extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  /** The administrator, beside the proxy. */
  readonly admin: KubeClient;
  /** Starts the job behind the proxy, with the rights of the manifest and no others. */
  start(options?: readonly string[]): JobProcess;
  /** Runs the job to its end, with these faults and no others. */
  run(faults?: readonly Fault[], options?: readonly string[]): Promise<FaultedRun>;
  /** Undoes what jobs did. ThirdPartyResources were never written and stay. */
  clean(): Promise<void>;
}

/** Starts a lane, not touched by any job yet. */
export async function startFaultLane(): Promise<FaultLane> {
  await using stack = new AsyncDisposableStack();
  const { cluster, client: admin, stop } = await startJobCluster();
  stack.defer(stop);
  await seedObjects(admin, FAULT_TPRS);
  await seedNodes(admin, FAULT_NODES);
  const { server: url, ca, localhost: certificate } = cluster;
  const proxy = stack.use(await startFaultProxy({ upstream: { url, ca }, certificate }));
  const kubeconfig = await accountWith(cluster, admin, manifestRights(), { server: proxy.url });
  // Hundreds of runs start the same program.
  const env = { NODE_COMPILE_CACHE: join(cluster.directory, 'compile-cache') };
  const start: FaultLane['start'] = (options = []) =>
    startJob(['tpr-to-crd', ...options], { kubeconfig, env });
  const run: FaultLane['run'] = async (faults = [], options = []) => {
    proxy.reset();
    proxy.setFaults(faults);
    const result = await start(options).result;
    const requests = [...proxy.requests];
    proxy.reset();
    return { ...result, log: result.stdout + result.stderr, requests };
  };
  const owned = stack.move();
  const end = () => owned.disposeAsync();
  return { cluster, proxy, admin, start, run, clean: () => clean(admin), [Symbol.asyncDispose]: end };
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
