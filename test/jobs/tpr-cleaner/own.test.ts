import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, JOBS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../../jobs/lib/kubernetes/resource.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { isFinished } from '../../../jobs/tpr-cleaner/own-objects.ts';
import { deleteObject, untilGone } from '../clean-cluster.ts';
import { useJobCluster } from '../job-cluster.ts';
import { createPod, kubectlManifest } from '../upgraded-calico.ts';

const jobs = useJobCluster();
const MANIFESTS = join(import.meta.dirname, '../../../manifests');
const own = (...args: readonly string[]) => jobs.run(['tpr-cleaner', '--own', ...args]);

const NAMES = 'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}';

/** `ConfigMap default/…` of everything in the cluster that is named or labelled as ours. */
async function ours(): Promise<readonly string[]> {
  const kinds = 'jobs,configmaps,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings';
  const names = async (...args: readonly string[]) => {
    const { stdout } = await jobs.cluster.kubectl(['get', ...args, '--all-namespaces', '-o', NAMES]);
    // An object without namespace is named alone.
    return stdout.split('\n').map(line => line.replace(' /', ' '));
  };
  const named = (await names(kinds)).filter(line => /[ /]calico-upgrade/.test(line));
  const labelled = await names('configmaps', '-l', 'app.kubernetes.io/managed-by=calico-upgrade');
  return [...new Set([...named, ...labelled.filter(Boolean)])];
}

/** Applies all our manifests as an upgrade does over time, with a backup and reports. Its Jobs are finished. */
async function afterAnUpgrade(): Promise<void> {
  const { client, cluster } = jobs;
  const manifests = globSync('*-job.yaml', { cwd: MANIFESTS });
  for (const manifest of [...manifests, 'rbac-while-upgrading.yaml', 'rbac-kdd.yaml'])
    await kubectlManifest(cluster, 'apply', manifest);
  const lists = await Promise.all(
    ['default', 'kube-system'].map(namespace => list(client, JOBS, { namespace })),
  );
  await Promise.all(lists.flatMap(found => found ?? []).map(finish));
  assert.equal((await jobs.run(['tpr-to-crd'])).exitCode, 0);
  assert.equal((await jobs.run(['backup'])).exitCode, 0);
  for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
}

/** Nobody runs the pods here: the Job counts as failed, as after its deadline. */
async function finish({ metadata: { name, namespace = '' } }: KubeObject): Promise<void> {
  const path = objectPath(JOBS, name, namespace);
  const contentType = 'application/merge-patch+json';
  await jobs.client.request({
    method: 'PATCH',
    path,
    contentType,
    body: { spec: { activeDeadlineSeconds: 1 } },
  });
  const signal = AbortSignal.timeout(120_000);
  for (;;) {
    const job = await get(jobs.client, JOBS, name, namespace);
    if (!job || isFinished(job)) return;
    await sleep(500, signal);
  }
}

describe('tpr-cleaner --own', () => {
  it('lists what is ours and nothing else, and deletes it when confirmed', async () => {
    const { client, cluster } = jobs;
    await afterAnUpgrade();
    const foreign = { metadata: { name: 'calico-config', namespace: 'kube-system' }, data: { a: 'b' } };
    await create(client, CONFIG_MAPS, foreign, 'kube-system');
    const before = await ours();
    assert.ok(before.length > 30, before.join('\n'));
    const listed = await own();
    assert.equal(listed.exitCode, 0, listed.stdout);
    assert.match(
      listed.sentence,
      new RegExp(`^dry run: ${before.length} objects of ours to delete, \\d+ of them ConfigMaps of`),
    );
    for (const name of before) assert.ok(listed.stdout.includes(` ${name}\n`), name);
    assert.deepEqual(await ours(), before);

    const deleted = await own('--confirm');
    assert.equal(deleted.exitCode, 0, deleted.stdout);
    assert.match(deleted.sentence, /^deleted and verified: /);
    assert.deepEqual(await ours(), []);
    assert.ok(await get(client, CONFIG_MAPS, 'calico-config', 'kube-system'));
    const role = await cluster.kubectl(['get', 'clusterrole', 'calico-node', '-o', 'name']);
    assert.match(role.stdout, /calico-node/);
    assert.match((await own('--confirm')).sentence, /^nothing to delete: nothing of ours/);
  });

  it('refuses while an upgrade is under way, and says what shows it', async () => {
    const { client, cluster } = jobs;
    for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
    await kubectlManifest(cluster, 'apply', 'backup-job.yaml');
    await createPod(client, 'calico-node-old', { account: 'default', image: 'calico/node:v2.4.1' });
    await create(client, THIRD_PARTY_RESOURCES, {
      apiVersion: 'extensions/v1beta1',
      kind: 'ThirdPartyResource',
      metadata: { name: 'ip-pool.projectcalico.org' },
      versions: [{ name: 'v1' }],
    });
    const before = await ours();
    const { exitCode, stdout } = await own('--confirm');
    assert.equal(exitCode, 3, stdout);
    assert.match(stdout, /error: Job default\/calico-upgrade-backup: is not finished/);
    assert.match(stdout, /error: Pod calico-node-old has calico\/node:v2\.4\.1, which is Calico 2\.4\.1/);
    assert.match(stdout, /error: ThirdPartyResource ip-pool\.projectcalico\.org: is still there/);
    assert.deepEqual(await ours(), before);
    await kubectlManifest(cluster, 'delete', 'backup-job.yaml');
    await untilGone(client, JOBS, 'calico-upgrade-backup', 'default');
  });
});
