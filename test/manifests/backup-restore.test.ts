import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { load } from 'js-yaml';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, NODES, THIRD_PARTY_RESOURCES } from '../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../jobs/lib/kubernetes/clean.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { defineTprs, seedNodes, seedObjects } from '../cluster/seed.ts';
import { podOf, runPod } from '../demo/kubelet.ts';
import { readJob } from '../demo/manifest.ts';
import { OLD_NODES, OLD_OBJECTS } from '../demo/old-cluster.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

describe('the manifests of backup and restore, as they are shipped', () => {
  let cluster: Cluster;
  let client: KubeClient;

  before(async () => {
    cluster = await startCluster({ name: 'manifests', tpr: { delayMs: 300 } });
    client = connect({ kubeconfig: cluster.kubeconfig });
    await defineTprs(client);
    await seedObjects(client, OLD_OBJECTS);
    await seedNodes(client, OLD_NODES);
  });
  after(async () => {
    await client?.close();
    await cluster?.stop();
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await cluster.kubectl(args);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }

  /** Applies a manifest, runs its Job as a node would, and deletes the Job. */
  async function run(path: string): Promise<{ exitCode: number; log: string; events: string }> {
    const job = await readJob(path);
    await kubectl('apply', '-f', path);
    let log = '';
    const collect = (text: string) => {
      log += text;
    };
    const exitCode = await runPod(cluster, client, job, await podOf(client, job), collect);
    const events = await kubectl('describe', `job/${job.metadata.name}`);
    await kubectl('delete', 'job', job.metadata.name);
    return { exitCode, log, events };
  }

  /** restore-job.yaml with its one line edited. */
  async function restoreManifest(backup: string): Promise<string> {
    const text = await readFile(join(MANIFESTS, 'restore-job.yaml'), 'utf8');
    const path = join(cluster.directory, `restore-${backup}.yaml`);
    const line = '{name: CALICO_UPGRADE_BACKUP, value: ""}';
    assert.equal(text.split(line).length, 2, 'one line to edit');
    await writeFile(path, text.replace(line, `{name: CALICO_UPGRADE_BACKUP, value: ${backup}}`));
    return path;
  }

  const savedObjects = () =>
    Promise.all(TPR_KINDS.map(async ({ tpr }) => (await list(client, tpr))?.map(withoutServerFields)));

  it('save everything, and bring it back after the ThirdPartyResources were deleted', async () => {
    const wanted = await savedObjects();
    const backup = await run(join(MANIFESTS, 'backup-job.yaml'));
    assert.equal(backup.exitCode, 0, backup.log);
    assert.match(backup.events, /Normal +Done .* calico-upgrade +saved and read back: 36 /);
    const name = /restore --backup (\S+)/.exec(backup.log)?.[1] ?? assert.fail(backup.log);

    await kubectl('delete', 'thirdpartyresources', ...TPR_KINDS.map(({ tprName }) => tprName));
    while ((await list(client, TPR_KINDS[0]?.tpr ?? assert.fail())) !== undefined) await sleep(100);
    await kubectl('annotate', 'node', 'node-2', 'peer.bgp.projectcalico.org/2001-db8--7-');
    const restore = await run(await restoreManifest(name));
    assert.equal(restore.exitCode, 0, restore.log);
    assert.match(restore.events, /Normal +Done .* calico-upgrade +restored and verified from /);
    assert.deepEqual(await savedObjects(), wanted);
    assert.equal((await list(client, THIRD_PARTY_RESOURCES))?.length, 5);
    const node = await get(client, NODES, 'node-2');
    assert.ok(node?.metadata.annotations?.['peer.bgp.projectcalico.org/2001-db8--7']);
  });

  it('ask for the name of the backup where nobody has edited it', async () => {
    const { exitCode, log } = await run(join(MANIFESTS, 'restore-job.yaml'));
    assert.equal(exitCode, 2);
    assert.match(log.trimEnd().split('\n').at(-1) ?? '', /error: name the backup: --backup NAME/);
  });

  it('say how to list the backups where the name is wrong', async () => {
    const { exitCode, log, events } = await run(await restoreManifest('calico-upgrade-backup-0123456789'));
    assert.equal(exitCode, 3);
    assert.match(log, /no backup default\/calico-upgrade-backup-0123456789\. List them: kubectl /);
    assert.match(events, /Warning +Refused .* calico-upgrade +no backup /);
  });

  it('leave a report each', async () => {
    for (const job of ['backup', 'restore']) {
      const configMap = await get(client, CONFIG_MAPS, `calico-upgrade-report-${job}`, 'default');
      const data = isRecord(configMap?.data) ? configMap.data : {};
      const report = load(String(data['report.yaml']));
      assert.equal(isRecord(report) && report.job, job);
    }
  });
});
