import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { load } from 'js-yaml';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { isRecord, objectKey } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { buildBundle } from '../../bench/bundle.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { deleteAll } from '../clean-cluster.ts';
import { backupNames } from '../content.ts';
import { startJobCluster } from '../job-cluster.ts';
import { type JobProcess, type JobResult, startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { compileCache } from '../program-main.ts';
import { isStoredWrite } from '../tpr-to-crd/fault-plan.ts';
import { contentOf, MIXED, readWorld, seedWorld } from './seed-world.ts';
import { OLD_IMAGE } from './use-converter.ts';

/** A run and the requests that it made. */
export interface FaultedRun extends JobResult {
  readonly requests: readonly RecordedRequest[];
  readonly seconds: number;
}

/** What a run leaves in the cluster, but for what differs from run to run. */
interface Outcome {
  readonly policies: Readonly<Record<string, unknown>>;
  readonly reported: unknown;
}

/** A cluster to be converted, behind a proxy that spoils what the job does, with the rights of the manifest only. */
export interface FaultLane {
  readonly cluster: Cluster;
  readonly admin: KubeClient;
  readonly proxy: FaultProxy;
  start(options?: readonly string[]): JobProcess;
  run(faults?: readonly Fault[], options?: readonly string[]): Promise<FaultedRun>;
  /** Puts the cluster back to before any job. */
  reset(): Promise<void>;
}

export interface FaultSuite {
  readonly lane: FaultLane;
  /** A run without faults. */
  readonly reference: FaultedRun;
  /** Its writes. */
  readonly writes: readonly RecordedRequest[];
  /** A run with these faults succeeds, and leaves what it should. */
  survives(faults: readonly Fault[], options?: readonly string[]): Promise<FaultedRun>;
  /** The cluster holds what a run without faults leaves. */
  isComplete(what: string): Promise<void>;
  /** Whatever was before, a run without faults succeeds and leaves what it should. */
  nextRunCompletes(): Promise<void>;
}

/** A lane for the tests of one file; before each of them no job has run in it. */
export function useFaultLane(
  prepare: (lane: FaultLane) => Promise<void> = async () => undefined,
): FaultSuite {
  const stack = new AsyncDisposableStack();
  let lane: FaultLane | undefined;
  let reference: { readonly run: FaultedRun; readonly outcome: Outcome } | undefined;
  const current = (): FaultLane => lane ?? assert.fail('the lane is there only while tests run');
  before(async () => {
    lane = await startLane(stack);
    await lane.reset();
    await prepare(lane);
    const run = await lane.run();
    assert.equal(run.exitCode, 0, run.stdout);
    reference = { run, outcome: await readOutcome(lane.admin) };
  });
  beforeEach(async () => {
    await current().reset();
    await prepare(current());
  });
  after(() => stack.disposeAsync());
  const isComplete = async (what: string): Promise<void> => {
    assert.deepEqual(await readOutcome(current().admin), reference?.outcome, what);
    await assertBackups(current().admin, what);
  };
  return {
    get lane() {
      return current();
    },
    get reference() {
      return reference?.run ?? assert.fail('the first run has not ended');
    },
    get writes() {
      return (reference?.run.requests ?? []).filter(isStoredWrite);
    },
    isComplete,
    async survives(faults, options) {
      const run = await current().run(faults, options);
      assert.equal(run.exitCode, 0, run.stdout);
      await isComplete(run.stdout);
      return run;
    },
    async nextRunCompletes() {
      const { exitCode, stdout } = await current().run();
      assert.equal(exitCode, 0, stdout);
      await isComplete(stdout);
    },
  };
}

async function startLane(stack: AsyncDisposableStack): Promise<FaultLane> {
  const bundling = buildBundle();
  bundling.catch(() => undefined);
  const { cluster, client: admin, stop } = await startJobCluster({});
  stack.defer(stop);
  const { main } = stack.use(await bundling);
  const { server: url, ca, localhost: certificate } = cluster;
  const proxy = stack.use(await startFaultProxy({ upstream: { url, ca }, certificate }));
  const rights = manifestRights('policy-conversion-job.yaml');
  const kubeconfig = await accountWith(cluster, admin, rights, { server: proxy.url });
  const env = compileCache(cluster.directory);
  const start: FaultLane['start'] = (options = []) =>
    startJob(['policy-converter', ...options], { kubeconfig, env, main });
  await create(admin, ...calicoDaemonSet({ image: OLD_IMAGE }));
  return {
    cluster,
    admin,
    proxy,
    start,
    async run(faults = [], options = []) {
      proxy.reset();
      proxy.setFaults(faults);
      const started = performance.now();
      const result = await start(options).result;
      const seconds = (performance.now() - started) / 1000;
      const requests = [...proxy.requests];
      proxy.reset();
      return { ...result, requests, seconds };
    },
    async reset() {
      await deleteAll(admin, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade');
      await seedWorld(admin, MIXED);
    },
  };
}

async function readOutcome(admin: KubeClient): Promise<Outcome> {
  const { policies } = await readWorld(admin);
  const configMap = await get(admin, CONFIG_MAPS, 'calico-upgrade-report-policy-converter', 'default');
  const report: unknown = load(
    String(isRecord(configMap?.data) ? (configMap.data['report.yaml'] ?? '{}') : '{}'),
  );
  return {
    policies: Object.fromEntries(policies.map(policy => [objectKey(policy), contentOf(policy)])),
    reported: isRecord(report) ? report.outcome : undefined,
  };
}

/** Everything that was deleted is in a backup that is whole, and on record for `--revert`. */
async function assertBackups(admin: KubeClient, what: string): Promise<void> {
  const configMap = await get(admin, CONFIG_MAPS, 'calico-upgrade-report-policy-converter', 'default');
  const recorded = String(isRecord(configMap?.data) ? configMap.data['to-revert.txt'] : '')
    .split('\n')
    .filter(Boolean);
  assert.deepEqual(recorded.toSorted(), [...(await backupNames(admin))].sort(), what);
  const saved = new Set<string>();
  for (const name of recorded) {
    const files = await configMapBackupStore(admin, 'default').load(name);
    for (const [, key] of (files.get('networkpolicies.json') ?? '').matchAll(
      /"name":"([^"]+)","namespace":"blog"/g,
    ))
      saved.add(String(key));
  }
  assert.deepEqual([...saved].sort(), ['default-deny', 'nothing', 'web'], what);
}
