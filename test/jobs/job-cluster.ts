import { after, before, beforeEach } from 'node:test';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts';
import { defineTprs } from '../cluster/seed.ts';
import { cleanCluster } from './clean-cluster.ts';
import { type JobOptions, type JobResult, runJob } from './job-process.ts';
import { compileCache } from './program-main.ts';

/** A cluster with an administrator's client. */
export interface JobCluster {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  /** Runs a job as the administrator, unless told otherwise. */
  run(args: readonly string[], options?: Partial<JobOptions>): Promise<JobResult>;
  stop(): Promise<void>;
}

/** Ready for jobs: with the five ThirdPartyResources defined, where the cluster serves them. */
export async function startJobCluster(
  options: ClusterOptions = { tpr: { delayMs: 300 } },
): Promise<JobCluster> {
  const cluster = await startCluster(options);
  const client = connect({ kubeconfig: cluster.kubeconfig });
  const stop = async () => {
    await client.close();
    await cluster.stop();
  };
  try {
    if (options.tpr) await defineTprs(client);
  } catch (error) {
    await stop();
    throw error;
  }
  const run: JobCluster['run'] = (args, { env = {}, ...others } = {}) =>
    runJob(args, {
      kubeconfig: cluster.kubeconfig,
      ...others,
      env: { ...compileCache(cluster.directory), ...env },
    });
  return { cluster, client, run, stop };
}

export interface SharedCluster extends JobCluster {
  /** For further hooks of the file, which node:test runs beside ours. */
  readonly ready: Promise<JobCluster>;
}

/** Gives the tests of a file one cluster, empty before each of them; `cleaning` says what is left in it all the same. */
export function useJobCluster(
  options?: ClusterOptions,
  cleaning?: Parameters<typeof cleanCluster>[1],
): SharedCluster {
  const ready = Promise.withResolvers<JobCluster>();
  let started: JobCluster | undefined;
  const current = (): JobCluster => {
    if (!started) throw new Error('the cluster runs only while tests run');
    return started;
  };
  before(async () => {
    started = await startJobCluster(options);
    ready.resolve(started);
  });
  beforeEach(() => cleanCluster(current().client, cleaning));
  after(() => started?.stop());
  return {
    ready: ready.promise,
    get cluster() {
      return current().cluster;
    },
    get client() {
      return current().client;
    },
    run: (args, given) => current().run(args, given),
    stop: () => current().stop(),
  };
}
