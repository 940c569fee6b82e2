import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, type Right, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { seedV1, v1Store } from './v1-store.ts';
import { v3Store } from './v3-store.ts';

const rights = manifestRights('etcd-migration-job.yaml');

const DATA = {
  '/calico/v1/Ready': 'true',
  '/calico/v1/config/CalicoVersion': 'v2.6.12',
  '/calico/v1/host/n1/metadata': '{}',
};

describe('etcd-v2-to-v3 start in a pod, with the rights of manifests/etcd-migration-job.yaml', () => {
  let started: JobCluster;
  let etcd: Etcd;
  let pod: Readonly<Record<string, string>>;

  before(async () => {
    [started, etcd] = await Promise.all([startJobCluster({}), startEtcd()]);
    const { client, cluster } = started;
    ({ env: pod } = await makePodFiles(client, cluster.directory, 'etcd'));
    await seedV1(v1Store(etcd.endpoint), DATA);
  });
  after(async () => {
    await etcd?.stop();
    await started?.stop();
  });

  const run = async (allowed: readonly Right[]) => {
    const kubeconfig = await accountWith(started.cluster, started.client, allowed);
    const env = {
      ...pod,
      // Each run is a pod of its own: a refusal is remembered.
      CALICO_UPGRADE_STATE_DIR: '',
      CALICO_UPGRADE_NAMESPACE: 'kube-system',
      CALICO_UPGRADE_DRAIN_SECONDS: '0',
      APIV1_ETCD_ENDPOINTS: etcd.endpoint,
      ETCD_ENDPOINTS: etcd.endpoint,
    };
    return started.run(['etcd-v2-to-v3', 'start'], { kubeconfig, env });
  };

  for (const missing of rights) {
    it(`is refused without the right to ${rightText(missing)}, and writes nothing`, async () => {
      const { exitCode, sentence, stdout } = await run(rights.filter(right => right !== missing));
      assert.equal(exitCode, 3, stdout);
      assert.match(sentence, new RegExp(`may not: ${missing.verb} ${missing.resource}`));
      using v3 = v3Store(etcd.endpoint);
      assert.deepEqual(await v3.dump(), {});
      assert.deepEqual(await v1Store(etcd.endpoint).dump(), DATA);
    });
  }

  it('leaves its report in a ConfigMap, with the names of all objects', async () => {
    const { exitCode, stdout } = await run(rights);
    assert.equal(exitCode, 0, stdout);
    const report = await get(
      started.client,
      CONFIG_MAPS,
      'calico-upgrade-report-etcd-v2-to-v3',
      'kube-system',
    );
    const text = isRecord(report?.data) ? String(report.data['report.yaml']) : '';
    assert.match(text, /outcome: done/);
    assert.match(text, /Node\(name=n1\) -> Node\(n1\)/);
  });
});
