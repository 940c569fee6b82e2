import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DATA_JOBS, dataJob } from '../../../controller/jobs/data-jobs.ts';
import { jobFor, UPGRADE_LABEL, upgradeLabels } from '../../../controller/jobs/job-manifest.ts';
import type { JobManifest } from '../../../controller/jobs/job-schema.ts';
import { readManifest } from '../../../controller/jobs/read-manifest.ts';
import { Failure } from '../../../jobs/lib/run/failure.ts';
import { MANIFESTS, manifestJob, UID } from './manifest-job.ts';

const podOf = (job: JobManifest) => job.spec.template.spec;
const containerOf = (job: JobManifest) => podOf(job).containers[0];

/** Variables that have a value of their own, without those that every Job has. */
const optionsOf = (job: JobManifest): readonly string[] =>
  containerOf(job)
    .env.filter(({ name, value }) => value && !['POD_LABELS', 'STATE_DIR'].some(end => name.endsWith(end)))
    .map(({ name, value }) => `${name}=${String(value)}`);

const EXPECTED: Readonly<Record<string, readonly [name: string, args: string, ...options: string[]]>> = {
  backup: ['default/calico-upgrade-backup', 'backup'],
  'policy-converter': ['default/calico-upgrade-policies', 'policy-converter'],
  'policy-converter --revert': [
    'default/calico-upgrade-policies',
    'policy-converter',
    'CALICO_UPGRADE_REVERT=true',
  ],
  'tpr-to-crd': ['default/calico-upgrade-v2.5', 'tpr-to-crd', 'CALICO_UPGRADE_TARGET_VERSION=2.6.12'],
  'tpr-to-crd --from-etcd': [
    'default/calico-upgrade-v2.5',
    'tpr-to-crd',
    'CALICO_UPGRADE_TARGET_VERSION=2.6.12',
    'CALICO_UPGRADE_FROM_ETCD=https://10.0.0.1:2379,https://10.0.0.2:2379',
    'CALICO_UPGRADE_ETCD_CA=/etc/calico-upgrade/etcd/ca.crt',
    'CALICO_UPGRADE_ETCD_CERT=/etc/calico-upgrade/etcd/client.crt',
    'CALICO_UPGRADE_ETCD_KEY=/etc/calico-upgrade/etcd/client.key',
  ],
  'etcd-v2-to-v3 start': ['kube-system/calico-upgrade-etcd', 'etcd-v2-to-v3 start'],
  'etcd-v2-to-v3 abort': ['kube-system/calico-upgrade-etcd-abort', 'etcd-v2-to-v3 abort'],
  'etcd-v2-to-v3 complete': ['kube-system/calico-upgrade-etcd-complete', 'etcd-v2-to-v3 complete'],
  'kdd-v1-to-v3': ['default/calico-upgrade-kdd', 'kdd-v1-to-v3'],
  'kdd-cleaner v3': ['default/calico-upgrade-kdd-cleaner', 'kdd-cleaner v3', 'CALICO_UPGRADE_CONFIRM=true'],
  'tpr-cleaner': ['default/calico-upgrade-tpr-cleaner', 'tpr-cleaner', 'CALICO_UPGRADE_CONFIRM=true'],
  'etcd-cleaner v1': [
    'kube-system/calico-upgrade-etcd-cleanup',
    'etcd-cleaner v1',
    'CALICO_UPGRADE_CONFIRM=true',
  ],
};

describe('the Job of a data step', () => {
  for (const command of DATA_JOBS) {
    it(`runs ${command}, with its options`, async () => {
      const job = await manifestJob(command);
      const { name, namespace } = job.metadata;
      assert.deepEqual(
        [
          `${namespace}/${name}`.replace(/-5f0c1d9e$/, ''),
          String(containerOf(job).args).replaceAll(',', ' '),
        ],
        EXPECTED[command]?.slice(0, 2),
      );
      assert.ok(name.endsWith('-5f0c1d9e'), 'the name has the uid');
      assert.deepEqual([...optionsOf(job)].sort(), EXPECTED[command]?.slice(2).sort());
      assert.equal(containerOf(job).image, 'registry.example.com/calico-upgrade/job:0.1.0');
      assert.deepEqual(podOf(job).imagePullSecrets, [{ name: 'registry-credentials' }]);
    });
  }

  it('is the one of the manifest in everything else', async () => {
    const documents = await readManifest(MANIFESTS, 'backup-job.yaml');
    const same = jobFor({
      ...{ documents, uid: UID, imageFor: image => image, pullSecrets: [], options: {}, labels: {} },
    });
    const [original] = documents.slice(-1);
    assert.deepEqual(
      { ...same, metadata: { name: 'calico-upgrade-backup', namespace: 'default' } },
      original,
    );
  });

  it('carries the upgrade on itself and on its pods', async () => {
    const job = await manifestJob('backup');
    assert.equal(job.metadata.labels[UPGRADE_LABEL], 'to-2-6');
    assert.deepEqual(job.spec.template.metadata.labels, { app: 'calico-upgrade', [UPGRADE_LABEL]: 'to-2-6' });
  });

  it('has a name and a label that a label may have, however long the upgrade is named', async () => {
    for (const upgrade of [`${'a'.repeat(62)}.b`, 'x'.repeat(253)]) {
      const label = upgradeLabels(upgrade)[UPGRADE_LABEL] ?? '';
      assert.match(label, /^[a-z0-9][-a-z0-9.]{0,61}[a-z0-9]$/);
    }
    const documents = [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: `calico-upgrade-${'long-'.repeat(12)}name`, namespace: 'default' },
        spec: { template: { metadata: {}, spec: { containers: [{ name: 'a', image: 'b' }] } } },
      },
    ];
    const options = { uid: UID, imageFor: String, pullSecrets: [], options: {}, labels: {} };
    const { name } = jobFor({ documents, ...options }).metadata;
    assert.match(name, /^[a-z0-9][-a-z0-9.]{0,53}[a-z0-9]-5f0c1d9e$/);
  });

  it('is not made with an option that its manifest does not have', async () => {
    const documents = await readManifest(MANIFESTS, 'upgrade-job.yaml');
    const made = (options: Readonly<Record<string, string>>) => () =>
      jobFor({ documents, uid: UID, imageFor: String, pullSecrets: [], options, labels: {} });
    assert.throws(made({ CALICO_UPGRADE_CONFIRM: 'true' }), /v2\.5 has no variable CALICO_UPGRADE_CONFIRM;/);
    assert.throws(made({ CALICO_UPGRADE_NAMESPACE: 'x' }), /has no variable CALICO_UPGRADE_NAMESPACE;/);
  });

  it('is refused where old data is in an etcd that nobody named', () => {
    assert.throws(
      () => dataJob('tpr-to-crd --from-etcd', { targetVersion: '2.6.12' }),
      (error: unknown) => error instanceof Failure && error.outcome === 'refused',
    );
  });

  it('is not made from a directory without our manifests', async () => {
    await assert.rejects(
      readManifest('/nowhere', 'backup-job.yaml'),
      /cannot read the manifest \/nowhere\/b/,
    );
  });
});
