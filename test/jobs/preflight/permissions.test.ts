import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { detectAccess } from '../../../jobs/lib/run/detect-cluster.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { useJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, rightText } from '../job-rights.ts';
import { accessWords, askedRights, unusedRights } from '../rights-of-manifest.ts';
import { useProxy } from '../use-proxy.ts';

const MANIFEST = 'preflight-job.yaml';
const PREFLIGHT = ['preflight', '--target', '2.6.12'];
const jobs = useJobCluster();
const proxied = useProxy(jobs, MANIFEST);
const rights = manifestRights(MANIFEST);

/** Used on Kubernetes 1.7 only: later servers have these kinds in other groups. */
const ONLY_1_7 = [
  'list networkpolicies.extensions',
  'list daemonsets.extensions in kube-system',
  'list deployments.extensions in kube-system',
];

/** What the job asks for where the server has the newest (0) or the oldest (1) form of each kind. */
function askedTexts(form: 0 | 1): readonly string[] {
  const of = (resources: readonly Resource[]) => resources[form];
  const served = { gitVersion: '', servesTprs: true, servesCrds: true };
  const forms = { daemonSets: of(DAEMON_SETS), deployments: of(DEPLOYMENTS), policies: of(NETWORK_POLICIES) };
  return askedRights(detectAccess({ ...served, ...forms })).map(rightText);
}

describe('each right of manifests/preflight-job.yaml', () => {
  it('is one to read, is asked for and used, and none is left out', async () => {
    await create(jobs.client, ...calicoDaemonSet());
    assert.deepEqual([...new Set(rights.map(({ verb }) => verb))].sort(), ['get', 'list']);
    const asked = new Set([...askedTexts(0), ...askedTexts(1)]);
    assert.deepEqual([...asked].sort(), rights.map(rightText).sort());
    const { exitCode, stdout } = await proxied.run(PREFLIGHT, []);
    assert.equal(exitCode, 0, stdout);
    assert.doesNotMatch(stdout, /warning: cannot/);
    assert.deepEqual(unusedRights(rights, proxied.proxy.requests), ONLY_1_7);
  });

  it('is named where it is missing', { timeout: 600_000 }, async () => {
    await create(jobs.client, ...calicoDaemonSet());
    for (const missing of rights.filter(right => !ONLY_1_7.includes(rightText(right)))) {
      const left = rights.filter(right => right !== missing);
      const kubeconfig = await accountWith(jobs.cluster, jobs.client, left);
      const { exitCode, sentence, stdout } = await jobs.run(PREFLIGHT, { kubeconfig });
      assert.equal(exitCode, 3, stdout);
      assert.equal(sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
    }
  });
});
