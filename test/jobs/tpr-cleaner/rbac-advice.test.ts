import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { deleteObject } from '../clean-cluster.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { createPod, installCalico, kubectlManifest } from '../upgraded-calico.ts';

describe('which RBAC manifest is next', () => {
  let jobs: JobCluster;
  before(async () => {
    jobs = await startJobCluster();
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', '--backup', 'none']);
    assert.equal(exitCode, 0, stdout);
    await installCalico(jobs.client, { name: 'canal', env: { CLUSTER_TYPE: 'k8s,canal' } });
  });
  after(() => jobs?.stop());
  const clean = () => jobs.run(['tpr-cleaner']);

  it('is that of Canal where Canal runs, and the union serves both versions meanwhile', async () => {
    const before = await clean();
    assert.equal(before.exitCode, 3, before.stdout);
    assert.match(before.sentence, /kube-system\/canal\).* Apply manifests\/rbac-canal\.yaml first/);
    await kubectlManifest(jobs.cluster, 'apply', 'rbac-while-upgrading.yaml');
    const between = await clean();
    assert.equal(between.exitCode, 0, between.stdout);
    assert.match(
      between.stdout,
      /may still use ThirdPartyResources, .*kubectl apply -f manifests\/rbac-canal\.yaml, then kubectl delete -f manifests\/rbac-while-upgrading\.yaml/,
    );
    await createPod(jobs.client, 'later', { account: 'canal', image: 'calico/node:v3.0.1' });
    const later = await clean();
    assert.equal(later.exitCode, 0, later.stdout);
    assert.match(
      later.stdout,
      /may still use ThirdPartyResources, .*: apply the RBAC manifest of the Calico 3\.0 or later that runs here, then kubectl delete/,
    );
    await deleteObject(jobs.client, PODS, 'later', 'kube-system');
    await kubectlManifest(jobs.cluster, 'apply', 'rbac-canal.yaml');
    await kubectlManifest(jobs.cluster, 'delete', 'rbac-while-upgrading.yaml');
    const after = await clean();
    assert.equal(after.exitCode, 0, after.stdout);
    assert.match(after.stdout, /its rights are narrow already/);
  });
});
