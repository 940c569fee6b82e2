import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readTprBackup } from '../../../jobs/lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject, objectKey } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { buildBundle } from '../../bench/bundle.ts';
import { defineTprs, seedNodes, seedObjects } from '../../cluster/seed.ts';
import type { Fault, FaultAction } from '../../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { deleteAll, deleteObject, untilNotServed } from '../clean-cluster.ts';
import { readContent } from '../content.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { startJob } from '../job-process.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { killAt, killPoints, STORED_WRITES } from '../kill-points.ts';
import { FAULT_NODES, FAULT_TPRS } from '../tpr-to-crd/fault-data.ts';
import { installCalico, kubectlManifest } from '../upgraded-calico.ts';

const OBJECTS = FAULT_TPRS.filter(({ object }) => object.metadata.namespace === 'kube-system');

let jobs: JobCluster;
let proxy: FaultProxy;
let kubeconfig: string;
let main: string;
let copies: unknown;
const stack = new AsyncDisposableStack();

before(async () => {
  // A bundle starts fast, and there are many runs.
  const bundling = buildBundle();
  bundling.catch(() => undefined);
  jobs = await startJobCluster();
  stack.defer(() => jobs.stop());
  ({ main } = stack.use(await bundling));
  const { cluster, client } = jobs;
  await seedNodes(client, FAULT_NODES);
  await seedObjects(client, OBJECTS);
  assert.equal((await jobs.run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
  await installCalico(client);
  await kubectlManifest(cluster, 'apply', 'rbac-kdd.yaml');
  const upstream = { url: cluster.server, ca: cluster.ca };
  proxy = stack.use(await startFaultProxy({ upstream, certificate: cluster.localhost }));
  kubeconfig = await accountWith(cluster, client, manifestRights('tpr-cleanup-job.yaml'), {
    server: proxy.url,
  });
  copies = await notDeleted();
});
after(() => stack.disposeAsync());
// Before each kill, too: subtests are tests.
beforeEach(reset);

/** Brings the old data back, and takes away what runs have left. */
async function reset(): Promise<void> {
  proxy.reset();
  const { client } = jobs;
  const defined = (await list(client, THIRD_PARTY_RESOURCES)) ?? [];
  for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
  if (defined.length > 0) await Promise.all(TPR_KINDS.map(({ tpr }) => untilNotServed(client, tpr)));
  await deleteAll(client, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade');
  await defineTprs(client);
  await seedObjects(client, OBJECTS);
}

const start = (options: readonly string[] = []) =>
  startJob(['tpr-cleaner', '--confirm', ...options], { kubeconfig, main });

async function run(faults: readonly Fault[] = [], options: readonly string[] = []) {
  proxy.reset();
  proxy.setFaults(faults);
  const result = await start(options).result;
  const requests = [...proxy.requests];
  proxy.reset();
  return { ...result, requests };
}

/** What no run may change. */
async function notDeleted() {
  const { crds, crdObjects, nodes } = await readContent(jobs.client);
  return { crds, crdObjects, nodes };
}

/** The old data is gone, its copies are there, and the first backup holds all of it. */
async function assertCleaned(what: string): Promise<void> {
  const { client } = jobs;
  assert.deepEqual((await readContent(client)).tprs, [], what);
  for (const { tpr } of TPR_KINDS) assert.equal(await list(client, tpr), undefined, what);
  assert.deepEqual(await notDeleted(), copies, what);
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

async function survives(faults: readonly Fault[], options: readonly string[] = []) {
  const result = await run(faults, options);
  assert.equal(result.exitCode, 0, result.stdout);
  await assertCleaned(result.stdout);
  return result;
}

// F1: the next run converges.
test('killed at each write: the next run finishes', { timeout: 1_200_000 }, async t => {
  const { requests } = await survives([]);
  const points = killPoints(requests);
  assert.equal(points.filter(({ text }) => / DELETE /.test(text)).length, 5);
  for (const point of points) {
    await t.test(point.text, async () => {
      await killAt(proxy, () => start(), point);
      const next = await run();
      assert.equal(next.exitCode, 0, next.stdout);
      await assertCleaned(next.stdout);
    });
  }
});

// F3: each request fails once; what is sent again passes.
describe('every request of a run, once', { timeout: 600_000 }, () => {
  const faults: readonly (readonly [string, FaultAction])[] = [
    ['reset', { do: 'reset' }],
    ['reset after the server did it', { do: 'reset-after' }],
    ['answered 429', { do: 'status', code: 429, retryAfterSeconds: 0 }],
    ['answered 500', { do: 'status', code: 500 }],
    ['answered 503', { do: 'status', code: 503 }],
  ];
  for (const [what, action] of faults) {
    test(`${what}: the data is deleted all the same, and each thing once`, async () => {
      const { requests } = await survives([{ each: true, action }]);
      const hit = requests.filter(({ fault }) => fault !== undefined);
      assert.ok(hit.some(({ method }) => method === 'DELETE'));
      const done = requests.filter(
        ({ method, status, fault }) => method === 'DELETE' && status === 200 && fault !== 'status',
      );
      assert.equal(new Set(done.map(({ path }) => path)).size, done.length);
    });
  }

  test('never answered, though the server may have done it: it is asked again', async () => {
    const patience = ['--request-timeout', '2'];
    const match = { path: /thirdpartyresources\/(ip-pool|global-bgp-peer)/ };
    await survives([{ match, each: true, action: { do: 'stall-after' } }], patience);
  });

  test('the API server is away for some seconds in the middle', async () => {
    await survives([{ match: { methods: ['DELETE'] }, at: 3, action: { do: 'away', ms: 4_000 } }]);
  });

  test('the API server is away for longer than the run has patience: the next one finishes', async () => {
    const away: Fault = { match: { methods: ['DELETE'] }, at: 4, action: { do: 'away', ms: 8_000 } };
    const { exitCode, stdout } = await run([away], ['--retry-timeout', '2']);
    assert.equal(exitCode, 1, stdout);
    await survives([]);
  });
});

// F4.
describe('writes refused with a conflict', { timeout: 600_000 }, () => {
  const action: FaultAction = { do: 'status', code: 409 };
  test('each once', async () => {
    await survives([{ each: true, match: STORED_WRITES, action }]);
  });
  for (const seed of [1, 2, 3]) {
    test(`three of ten (seed ${seed})`, async () => {
      await survives([{ match: STORED_WRITES, probability: 0.3, seed, action }]);
    });
  }
});
