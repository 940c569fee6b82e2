import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { type OwnPlaces, ownAccess } from '../../../jobs/lib/run/own-access.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { FOREIGN_KEYS } from './data.ts';
import { useCleanerLane } from './store.ts';

const lane = useCleanerLane();
const NAMESPACE = 'kube-system';
let started: JobCluster;
before(async () => {
  started = await startJobCluster({});
});
after(() => started?.stop());

/** Of a pod with the rights of a manifest, which has no directory of its own. */
async function podOf(manifest: string, name: string): Promise<Readonly<Record<string, string>>> {
  const { cluster, client } = started;
  const KUBECONFIG = await accountWith(cluster, client, manifestRights(manifest));
  const { env } = await makePodFiles(client, cluster.directory, name);
  return { ...env, KUBECONFIG, CALICO_UPGRADE_NAMESPACE: NAMESPACE };
}

describe('etcd-cleaner v1 in a pod', () => {
  it('saves to ConfigMaps, and restore brings the keys back from there', async () => {
    await lane.complete();
    const before = await lane.v1.dump();
    const env = await podOf('etcd-cleanup-job.yaml', 'clean');
    const args = ['etcd-cleaner', 'v1', '--watch-seconds', '0'];
    const look = await lane.inPod(args, env);
    assert.equal(look.exitCode, 0, look.stdout);
    assert.deepEqual(await lane.v1.dump(), before, 'as the manifest is, nothing is deleted');
    const cleaned = await lane.inPod(args, { ...env, CALICO_UPGRADE_CONFIRM: 'true' });
    assert.equal(cleaned.exitCode, 0, cleaned.stdout);
    assert.deepEqual(await lane.v1.dump(), { ...FOREIGN_KEYS, '/calico/v1/Ready': 'false' });
    const backup = /restore --backup (calico-upgrade-backup-\w+)/.exec(cleaned.sentence)?.[1];
    assert.ok(backup, cleaned.sentence);
    const names = ((await list(started.client, CONFIG_MAPS, { namespace: NAMESPACE })) ?? []).map(
      ({ metadata }) => metadata.name,
    );
    assert.ok(names.includes(backup) && names.includes('calico-upgrade-report-etcd-cleaner-v1'));

    const restoring = await podOf('etcd-restore-job.yaml', 'restore');
    const restored = await lane.inPod(['restore'], { ...restoring, CALICO_UPGRADE_BACKUP: backup });
    assert.equal(restored.exitCode, 0, restored.stdout);
    assert.deepEqual(await lane.v1.dump(), before);
  });
});

describe('the rights of the manifests', () => {
  const places: OwnPlaces = {
    ...{ namespace: NAMESPACE, backupToConfigMap: true, reportToConfigMap: true, inPod: true },
  };
  for (const [manifest, jobs] of [
    ['etcd-cleanup-job.yaml', ['etcd-cleaner-v1', 'etcd-cleaner-v3']],
    ['etcd-restore-job.yaml', ['restore']],
  ] as const) {
    it(`${manifest} are those that its jobs ask for`, () => {
      const asked = jobs.flatMap(job =>
        ownAccess(job, places).map(({ namespace, name, ...access }) =>
          rightText({ ...access, namespace, name }),
        ),
      );
      assert.deepEqual([...new Set(asked)].sort(), manifestRights(manifest).map(rightText).sort());
    });
  }
});
