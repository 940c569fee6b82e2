import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import { CONFIG_MAPS, JOBS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { isKubeObject, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../../jobs/lib/kubernetes/resource.ts';
import { create, get, update } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { isFinished } from '../../../jobs/tpr-cleaner/own-objects.ts';
import { createUpgrade, undefineUpgrades } from '../../controller/upgrade-kind.ts';
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

const UPGRADES = 'calicoupgrades.upgrade.projectcalico.org';

/** Applies or deletes controller.yaml, but its Deployment: this API server does not serve the old form of it. */
async function withoutDeployment(verb: 'apply' | 'delete'): Promise<void> {
  const documents = loadAll(readFileSync(join(MANIFESTS, 'controller.yaml'), 'utf8')).filter(isKubeObject);
  const items = documents.filter(({ kind }) => kind !== 'Deployment');
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const args = verb === 'delete' ? ['--ignore-not-found', '--wait=false'] : [];
  const { exitCode, stderr } = await jobs.cluster.kubectl([verb, ...args, '-f', '-'], { input });
  assert.equal(exitCode, 0, stderr);
}

/** What the controller writes of how far an upgrade is. */
async function setPhase(name: string, phase: string | undefined): Promise<void> {
  const status = phase === undefined ? undefined : { phase, message: '' };
  await update(jobs.client, CALICO_UPGRADES, name, current => ({ ...current, status }));
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

  it('refuses while a CalicoUpgrade is not at its end, and leaves the controller alone', async () => {
    const { client } = jobs;
    for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
    await withoutDeployment('apply');
    await jobs.cluster.kubectl(['wait', '--for=condition=Established', `crd/${UPGRADES}`]);
    const ofController = await ours();
    assert.ok(ofController.includes('ClusterRole calico-upgrade-controller'), ofController.join('\n'));
    await create(client, CONFIG_MAPS, { metadata: { name: 'calico-upgrade-backup-a' } }, 'default');
    await createUpgrade(client, 'to-2.6');
    for (const phase of [undefined, 'Progressing', 'Stopped']) {
      await setPhase('to-2.6', phase);
      const { exitCode, stdout } = await own('--confirm');
      assert.equal(exitCode, 3, stdout);
      const said = `error: CalicoUpgrade to-2.6: its phase is ${phase ?? 'not known yet'}. `;
      assert.ok(stdout.includes(said), stdout);
    }
    await setPhase('to-2.6', 'Complete');
    const deleted = await own('--confirm');
    assert.equal(deleted.exitCode, 0, deleted.stdout);
    assert.match(deleted.sentence, /^deleted and verified: 1 object of ours/);
    assert.match(
      deleted.stdout,
      /the controller stays, .* kubectl delete -f manifests\/controller-jobs\.yaml/,
    );
    assert.deepEqual(await ours(), ofController);
    await undefineUpgrades(client);
    await withoutDeployment('delete');
  });
});
