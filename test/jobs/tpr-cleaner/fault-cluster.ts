import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { readTprBackup } from '../../../jobs/lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject, objectKey } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { defineTprs, seedNodes, seedObjects } from '../../cluster/seed.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { deleteAll, deleteObject, untilNotServed } from '../clean-cluster.ts';
import { readContent } from '../content.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { type JobProcess, type JobResult, startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { FAULT_NODES, FAULT_TPRS } from '../tpr-to-crd/fault-data.ts';
import { installCalico, kubectlManifest } from '../upgraded-calico.ts';

const OBJECTS = FAULT_TPRS.filter(({ object }) => object.metadata.namespace === 'kube-system');

/** A run and the requests that it made. */
export interface CleanerRun extends JobResult {
  readonly requests: readonly RecordedRequest[];
}

/** An upgraded cluster with the old data and its copies, and a proxy before it that spoils what `tpr-cleaner` does. */
export interface CleanerFaults {
  readonly proxy: FaultProxy;
  /** Starts `tpr-cleaner --confirm` behind the proxy, with the rights of its manifest and no others. */
  start(options?: readonly string[]): JobProcess;
  /** Runs it to its end, with these faults and no others. */
  run(faults?: readonly Fault[], options?: readonly string[]): Promise<CleanerRun>;
  /** The old data is gone, its copies are there, and the first backup holds all of it. */
  assertCleaned(what: string): Promise<void>;
  /** A run with these faults succeeds. */
  survives(faults: readonly Fault[], options?: readonly string[]): Promise<CleanerRun>;
}

interface Started {
  readonly jobs: JobCluster;
  readonly bundle: Bundle;
  readonly proxy: FaultProxy;
  readonly kubeconfig: string;
  /** What no run may change. */
  readonly copies: unknown;
}

/** For the tests of one file: before each of them no run has been. */
export function useCleanerFaults(): CleanerFaults {
  const stack = new AsyncDisposableStack();
  let started: Started | undefined;
  const current = (): Started => started ?? assert.fail('the cluster runs only while tests run');
  before(async () => {
    started = await startUpgraded(stack);
  });
  after(() => stack.disposeAsync());
  // Before each kill, too: subtests are tests.
  beforeEach(async () => {
    current().proxy.reset();
    await bringBack(current().jobs.client);
  });
  const start: CleanerFaults['start'] = (options = []) => {
    const { kubeconfig, bundle } = current();
    return startJob(['tpr-cleaner', '--confirm', ...options], { kubeconfig, main: bundle.main });
  };
  const run: CleanerFaults['run'] = async (faults = [], options = []) => {
    const { proxy } = current();
    proxy.reset();
    proxy.setFaults(faults);
    const result = await start(options).result;
    const requests = [...proxy.requests];
    proxy.reset();
    return { ...result, requests };
  };
  const assertCleaned = (what: string) => assertAway(current(), what);
  return {
    get proxy() {
      return current().proxy;
    },
    start,
    run,
    assertCleaned,
    async survives(faults, options = []) {
      const result = await run(faults, options);
      assert.equal(result.exitCode, 0, result.stdout);
      await assertCleaned(result.stdout);
      return result;
    },
  };
}

async function startUpgraded(stack: AsyncDisposableStack): Promise<Started> {
  // A bundle starts fast, and there are many runs.
  const bundling = buildBundle();
  bundling.catch(() => undefined);
  const jobs = await startJobCluster();
  stack.defer(() => jobs.stop());
  const bundle = stack.use(await bundling);
  const { cluster, client } = jobs;
  await seedNodes(client, FAULT_NODES);
  await seedObjects(client, OBJECTS);
  assert.equal((await jobs.run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
  await installCalico(client);
  await kubectlManifest(cluster, 'apply', 'rbac-kdd.yaml');
  const upstream = { url: cluster.server, ca: cluster.ca };
  const proxy = stack.use(await startFaultProxy({ upstream, certificate: cluster.localhost }));
  const kubeconfig = await accountWith(cluster, client, manifestRights('tpr-cleanup-job.yaml'), {
    server: proxy.url,
  });
  return { jobs, bundle, proxy, kubeconfig, copies: await notDeleted(client) };
}

/** Brings the old data back, and takes away what runs have left. */
async function bringBack(client: KubeClient): Promise<void> {
  const defined = (await list(client, THIRD_PARTY_RESOURCES)) ?? [];
  for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
  if (defined.length > 0) await Promise.all(TPR_KINDS.map(({ tpr }) => untilNotServed(client, tpr)));
  await deleteAll(client, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade');
  await defineTprs(client);
  await seedObjects(client, OBJECTS);
}

async function notDeleted(client: KubeClient) {
  const { crds, crdObjects, nodes } = await readContent(client);
  return { crds, crdObjects, nodes };
}

async function assertAway({ jobs: { client }, copies }: Started, what: string): Promise<void> {
  assert.deepEqual((await readContent(client)).tprs, [], what);
  for (const { tpr } of TPR_KINDS) assert.equal(await list(client, tpr), undefined, what);
  assert.deepEqual(await notDeleted(client), copies, what);
  const report = await get(client, CONFIG_MAPS, 'calico-upgrade-report-tpr-cleaner', 'default');
  const lines = isRecord(report?.data) ? String(report.data['backups.txt']).trim().split('\n') : [];
  const first = lines[0]?.replace(/^.*\//, '') ?? assert.fail(what);
  const saved = readTprBackup(await configMapBackupStore(client, 'default').load(first));
  const objects = TPR_KINDS.flatMap(({ tprName }) => saved.instances.get(tprName) ?? []);
  assert.deepEqual(
    byName(objects.map(withoutServerFields)),
    byName(OBJECTS.map(({ object }) => object)),
    what,
  );
  assert.equal(saved.definitions.length, 5, what);
}

const byName = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map(object => [`${object.kind} ${objectKey(object)}`, object]));
